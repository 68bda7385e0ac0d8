import type { GeneratedShapes, GenerateShapesOptions, SplitOptions, SplitResult } from "@lookonce/data";

/**
 * Deals a folder's images out by chance to lists that a data set file can name; see `splitImages` of `@lookonce/data`.
 *
 * @throws LookonceError `ARGUMENT`, `NOT_FOUND`, `DATA` or `IO`
 */
export async function splitData(options: SplitOptions): Promise<SplitResult> {
  const { splitImages } = await import("@lookonce/data");
  return splitImages(options);
}

/**
 * Draws a data set of shapes to try things on; see `generateShapes` of `@lookonce/data`.
 *
 * @throws LookonceError `ARGUMENT` for bad options or a folder that contains something else
 */
export async function drawShapes(options: GenerateShapesOptions): Promise<GeneratedShapes> {
  const { generateShapes } = await import("@lookonce/data");
  return generateShapes(options);
}
