import { type DataShapesArgs, type DataSplitArgs, withDefaults } from "@lookonce/config";
import type { GeneratedShapes, GenerateShapesOptions, OnProgress, SplitResult } from "@lookonce/data";

/**
 * Splits a folder's images at random into lists that a data set file can name; see `splitImages` of `@lookonce/data`.
 *
 * @throws LookonceError `ARGUMENT`, `NOT_FOUND`, `DATA` or `IO`
 */
export async function splitData({ images, weights, ...options }: DataSplitArgs): Promise<SplitResult> {
  const { splitImages } = await import("@lookonce/data");
  const shares = weights as readonly [number, number, number] | undefined;
  return splitImages({ ...options, folder: images, ...(shares === undefined ? {} : { weights: shares }) });
}

/**
 * Draws a data set of shapes to try things on; see `generateShapes` of `@lookonce/data`.
 *
 * @throws LookonceError `ARGUMENT` for bad options, such as a class that is no shape, or a folder that contains something else
 */
export async function drawShapes(options: DataShapesArgs & { onProgress?: OnProgress }): Promise<GeneratedShapes> {
  const { generateShapes } = await import("@lookonce/data");
  const { output: directory, ...rest } = withDefaults("data shapes", options);
  return generateShapes({ ...rest, directory } as GenerateShapesOptions);
}
