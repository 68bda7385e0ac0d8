import { jsonElements } from "./json-elements.ts";

/** The lists of a COCO file that are read. */
export type CocoList = "images" | "categories" | "annotations";

/**
 * Reads a COCO file piece by piece and passes each element of its lists on, in the order of the file and as it stands:
 * anything may be missing or of another type. No more than one megabyte of the file and its elements are in memory. If
 * `onElement` returns a promise, reading waits for it at the end of the megabyte.
 *
 * @throws LookonceError `NOT_FOUND` without the file, `FORMAT` when it is not JSON or ends too early
 */
export async function readCoco(
  file: string,
  onElement: (list: CocoList, element: Record<string, unknown>) => void | Promise<void>,
  onProgress: (bytes: number) => void = () => {},
): Promise<void> {
  for await (const { elements, done } of jsonElements(file, ["$.images.*", "$.categories.*", "$.annotations.*"])) {
    const waiting: Promise<void>[] = [];
    for (const { list, value } of elements) {
      if (typeof value !== "object" || value === null) continue;
      const element = value as Record<string, unknown>;
      for (const [key, item] of Object.entries(element)) {
        // A table may have no text: `{ "toString": 1 }`
        if (typeof item === "object" && item !== null && !nested.has(key)) delete element[key];
      }
      const result = onElement(list as CocoList, element);
      if (result !== undefined) waiting.push(result);
    }
    await Promise.all(waiting);
    onProgress(done);
  }
}

/** Keys whose values are lists or tables; other keys with such are left out. */
const nested = new Set(["bbox", "segmentation", "keypoints"]);
