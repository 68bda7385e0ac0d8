import { taskOf } from "@lookonce/families";
import type { Detections, ImageSize } from "@lookonce/geometry";
import type { ValidatedBatch } from "./validation-callbacks.ts";

/** What was found in an image, in pixels of its file. */
export interface ResultInFile {
  path: string;
  size: ImageSize;
  found: Detections;
  /** What the task has besides boxes. */
  entries: Readonly<Record<string, unknown>>;
}

/** What a task found in each image of a batch, one after the other: masks need memory. @param task its name */
export function* resultsInFiles(task: string, { batch, inFiles }: ValidatedBatch): Generator<ResultInFile> {
  const kind = taskOf(task);
  for (const [i, found] of inFiles.entries()) {
    const { path, originalWidth: width, originalHeight: height } = batch.samples[i] as (typeof batch.samples)[number];
    const size = { width, height };
    yield { path, size, found, entries: kind.entries(found, size) };
  }
}
