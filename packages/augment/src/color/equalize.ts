import { roundHalfEven } from "@lookonce/geometry";
import type { Image } from "@lookonce/image";
import { sometimesImage, type Transform } from "../compose.ts";
import { luma, type Plane, withLuma } from "./luma.ts";

/**
 * Spreads the luma so that all its levels are equally common; colors keep their U and V.
 *
 * The levels are OpenCV's (`equalizeHist` on Y of YUV), as in YOLOv5's histogram equalization (6.1, 7.0).
 */
export function equalizeHistogram(image: Image): Image {
  const plane = luma(image);
  const table = equalizingTable(plane);
  return withLuma(image, { ...plane, data: plane.data.map((level) => table[level] as number) });
}

/** Equalizes the histogram of luma with a probability. Boxes and polygons stay. */
export function randomEqualize(probability: number): Transform {
  return sometimesImage(probability, equalizeHistogram);
}

function equalizingTable({ data }: Plane): Uint8Array {
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
