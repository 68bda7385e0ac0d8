import { LookonceError } from "@lookonce/errors";
import { openRegular, stat } from "@lookonce/files";
import { JSONParser } from "@streamparser/json";
import { nearestName } from "../nearest-name.ts";

/** Bytes read at once. */
const chunkBytes = 2 ** 20;

/** The lists of a COCO file that are read. */
export type CocoList = "images" | "categories" | "annotations";

/**
 * Reads a COCO file piece by piece and passes each element of its lists on, in the order of the file and as it stands:
 * anything may be missing or of another type. No more than one element and one megabyte of the file are in memory. If
 * `onElement` returns a promise, reading waits for it at the end of the megabyte.
 *
 * @throws LookonceError `NOT_FOUND` without the file, `FORMAT` when it is not JSON or ends too early
 */
export async function readCoco(
  file: string,
  onElement: (list: CocoList, element: Record<string, unknown>) => void | Promise<void>,
  onProgress: (bytes: number) => void = () => {},
): Promise<void> {
  const parser = new JSONParser({
    paths: ["$.images.*", "$.categories.*", "$.annotations.*"],
    keepStack: false,
  });
  let waiting: Promise<void>[] = [];
  parser.onValue = ({ value, stack }) => {
    if (typeof value !== "object" || value === null) return;
    const element = value as unknown as Record<string, unknown>;
    for (const [key, item] of Object.entries(element)) {
      // A table may have no text: `{ "toString": 1 }`
      if (typeof item === "object" && item !== null && !nested.has(key)) delete element[key];
    }
    const result = onElement(stack[1]?.key as CocoList, element);
    if (result !== undefined) waiting.push(result);
  };
  let bytes = 0;
  try {
    const handle = await openRegular(file, { ...annotationFile, hint: () => nearestName(file) });
    for await (const chunk of handle.createReadStream({ highWaterMark: chunkBytes })) {
      parser.write(withoutMark(chunk as Uint8Array, bytes === 0));
      bytes += (chunk as Uint8Array).length;
      await Promise.all(waiting);
      waiting = [];
      onProgress(bytes);
    }
    if (!parser.isEnded) parser.end();
  } catch (cause) {
    throw await explain(cause as Error, { file, bytes });
  }
}

/** Keys whose values are lists or tables; other keys with such are left out. */
const nested = new Set(["bbox", "segmentation", "keypoints"]);

/** Some programs write a byte order mark before the JSON. */
function withoutMark(chunk: Uint8Array, isFirst: boolean): Uint8Array {
  return isFirst && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? chunk.subarray(3) : chunk;
}

/** Read in pieces, so that its size is limited by the disk alone. */
const annotationFile = { what: "annotation file", maxBytes: Number.MAX_SAFE_INTEGER };

async function explain(cause: Error, { file, bytes }: { file: string; bytes: number }): Promise<Error> {
  if (cause instanceof LookonceError) return cause;
  const { code } = cause as NodeJS.ErrnoException;
  if (code !== undefined) {
    return new LookonceError("IO", `Cannot read or convert ${file}: ${cause.message}`, { cause });
  }
  const size = await stat(file).then(({ size: all }) => all);
  const place = bytes >= size ? "at its end: it seems cut off" : `after byte ${bytes.toLocaleString("en")}`;
  return new LookonceError("FORMAT", `${file} is not whole JSON, ${place} (${cause.message}).`, { cause });
}
