import type { Size } from "@lookonce/image";

/** Points, x and y in turn (boxes: two each), in the pixels of one size of an image, moved to those of another. */
export function scaledPoints(points: Float32Array, from: Size, to: Size): Float32Array {
  const ratios = [to.width / from.width, to.height / from.height] as const;
  return points.map((value, i) => value * ratios[i % 2 === 0 ? 0 : 1]);
}
