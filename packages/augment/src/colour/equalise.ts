import { sometimes, type Transform } from "../compose.ts";
import type { Picture } from "../picture.ts";
import { roundHalfEven } from "../rounding.ts";
import { luma, type Plane, withLuma } from "./luma.ts";

/**
 * Spreads the luma so that all its levels are equally common; colours keep their U and V.
 *
 * The levels are OpenCV's (`equalizeHist` on Y of YUV), as in YOLOv5's histogram equalisation (6.1, 7.0).
 */
export function equaliseHistogram(picture: Picture): Picture {
  const plane = luma(picture);
  const table = equalisingTable(plane);
  return withLuma(picture, { ...plane, data: plane.data.map((level) => table[level] as number) });
}

/** Equalises the histogram of luma with a probability. Boxes and polygons stay. */
export function randomEqualise(probability: number): Transform {
  return sometimes(probability, (sample) => ({ ...sample, picture: equaliseHistogram(sample.picture) }));
}

function equalisingTable({ data }: Plane): Uint8Array {
  const histogram = new Int32Array(256);
  for (const level of data) (histogram[level] as number)++;
  const table = new Uint8Array(256);
  const first = histogram.findIndex((count) => count > 0);
  const lowest = histogram[first] ?? 0;
  // A plane of one level stays as it is
  if (lowest === data.length) return table.fill(Math.max(first, 0));
  const scale = Math.fround(255 / (data.length - lowest));
  let sum = 0;
  for (let level = first + 1; level < 256; level++) {
    sum += histogram[level] as number;
    table[level] = roundHalfEven(Math.fround(sum * scale));
  }
  return table;
}
