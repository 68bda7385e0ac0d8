import { LookonceError } from "@lookonce/errors";
import { openRegular, stat } from "@lookonce/files";
import { nearestName } from "../nearest-name.ts";

/** Bytes read at once. */
const chunkBytes = 2 ** 20;

/** Read in pieces, so that its size is limited by the disk alone. */
const annotationFile = { what: "annotation file", maxBytes: Number.MAX_SAFE_INTEGER };

/** A piece of a file. */
export interface Piece {
  bytes: Uint8Array;
  /** Bytes up to the end of the piece, and of the whole file. */
  done: number;
  total: number;
}

/**
 * Reads an annotation file of any size in pieces of one megabyte.
 *
 * @throws LookonceError `NOT_FOUND` without the file, `IO`
 */
export async function* readPieces(file: string): AsyncGenerator<Piece> {
  let done = 0;
  try {
    const handle = await openRegular(file, { ...annotationFile, hint: () => nearestName(file) });
    const { size: total } = await handle.stat();
    for await (const chunk of handle.createReadStream({ highWaterMark: chunkBytes })) {
      const bytes = chunk as Uint8Array;
      done += bytes.length;
      yield { bytes, done, total };
    }
  } catch (cause) {
    if (cause instanceof LookonceError) throw cause;
    throw new LookonceError("IO", `Cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
}

/** As {@link readPieces}, as text (UTF-8), a byte order mark left out. */
export async function* readTexts(file: string): AsyncGenerator<{ text: string } & Omit<Piece, "bytes">> {
  const decoder = new TextDecoder();
  for await (const { bytes, done, total } of readPieces(file)) {
    yield { text: decoder.decode(bytes, { stream: done < total }), done, total };
  }
}

/** The error for a file that a parser could not read to its end. */
export async function notWhole(
  file: string,
  { what, done, cause }: { what: string; done: number; cause: Error },
): Promise<LookonceError> {
  const size = await stat(file).then(({ size: all }) => all);
  const place = done >= size ? "at its end: it seems cut off" : `after byte ${done.toLocaleString("en")}`;
  return new LookonceError("FORMAT", `${file} is not whole ${what}, ${place} (${cause.message}).`, { cause });
}
