import { type DataShapesArgs, type DataSplitArgs, withDefaults } from "@lookonce/config";
import type { GeneratedShapes, GenerateShapesOptions, OnProgress, SplitResult } from "@lookonce/data";
import { LookonceError } from "@lookonce/errors";
import { labelsOf } from "../open-dataset.ts";

/**
 * Splits a folder's images at random into lists that a data set file can name; see `splitImages` of `@lookonce/data`. With
 * `byClass` the folder has one for each class, and the images are linked into a new folder; see `splitClasses`.
 *
 * @throws LookonceError `ARGUMENT`, `NOT_FOUND`, `DATA` or `IO`
 */
export async function splitData(options: DataSplitArgs): Promise<SplitResult> {
  const { images, weights, byClass = false, output, annotatedOnly, seed } = options;
  const { splitClasses, splitImages } = await import("@lookonce/data");
  const shares = weights as readonly [number, number, number] | undefined;
  const shared = { folder: images, ...(seed === undefined ? {} : { seed }), ...(shares && { weights: shares }) };
  if (byClass) {
    if (annotatedOnly)
      throw new LookonceError("ARGUMENT", "annotated_only is for labels, which folders of classes do not have.");
    return splitClasses({ ...shared, ...(output === undefined ? {} : { output }) });
  }
  if (output !== undefined) {
    throw new LookonceError(
      "ARGUMENT",
      "output is for by_class=true; lists are written beside the folder of the images.",
    );
  }
  return splitImages({ ...shared, ...(annotatedOnly === undefined ? {} : { annotatedOnly }) });
}

/**
 * Draws a data set of shapes to try things on; see `generateShapes` of `@lookonce/data`.
 *
 * @throws LookonceError `ARGUMENT` for bad options, such as a class that is no shape, or a folder that contains something else
 */
export async function drawShapes(options: DataShapesArgs & { onProgress?: OnProgress }): Promise<GeneratedShapes> {
  const { generateShapes } = await import("@lookonce/data");
  const { output: directory, task, ...rest } = withDefaults("data shapes", options);
  return generateShapes({ ...rest, ...(await labelsOf(task)), directory } as GenerateShapesOptions);
}
