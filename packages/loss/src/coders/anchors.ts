import { LookonceError } from "@lookonce/errors";
import * as tf from "@tensorflow/tfjs-core";

/** Where the cells of all levels lie. */
export interface AnchorGrid {
  /** [A, 2], x and y of the cells' centers, in cells of their own level. */
  points: tf.Tensor2D;
  /** [A, 1], pixels per cell. */
  strides: tf.Tensor2D;
}

/**
 * Cell centers of all levels, level by level in the order given, row by row.
 *
 * @param shapes rows and columns of every level
 * @param strides pixels per cell of every level
 * @param offset where in its cell a point lies; 0.5 is the center
 * @throws LookonceError `ARGUMENT` when there are not as many strides as shapes
 */
export function makeAnchors(
  shapes: readonly (readonly [height: number, width: number])[],
  strides: readonly number[],
  offset = 0.5,
): AnchorGrid {
  if (shapes.length !== strides.length) {
    throw new LookonceError(
      "ARGUMENT",
      `strides has ${strides.length} entries for ${shapes.length} levels: give one stride a level`,
    );
  }
  const count = shapes.reduce((sum, [height, width]) => sum + height * width, 0);
  const points = new Float32Array(count * 2);
  const pixels = new Float32Array(count);
  let row = 0;
  shapes.forEach(([height, width], level) => {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        points[2 * row] = x + offset;
        points[2 * row + 1] = y + offset;
        pixels[row++] = strides[level] as number;
      }
    }
  });
  return { points: tf.tensor2d(points, [count, 2]), strides: tf.tensor2d(pixels, [count, 1]) };
}
