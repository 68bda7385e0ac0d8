import type { Image } from "@lookonce/image";
import { sometimesImage, type Transform } from "../compose.ts";
import { checkBlurSize, drawBlurSize, type RandomBlurOptions } from "./box-blur.ts";

/**
 * Every byte becomes the median of its channel in the square around it; edges are repeated (OpenCV's `medianBlur`).
 *
 * The histogram of the square moves along with it (Huang, Yang and Tang, 1979).
 *
 * @param size side of the square, odd
 * @throws LookonceError `ARGUMENT` unless the size is odd and positive
 */
export function medianBlur(image: Image, size: number): Image {
  checkBlurSize(size);
  const { width, height, data } = image;
  const reach = (size - 1) / 2;
  const target = new Uint8Array(data.length);
  const rows = new Int32Array(size);
  const histogram = new Int32Array(256);
  const columns = Int32Array.from({ length: width + 2 * reach }, (_, x) => 3 * limit(x - reach, width));
  for (let y = 0; y < height; y++) {
    for (let k = 0; k < size; k++) rows[k] = limit(y + k - reach, height) * width * 3;
    for (let channel = 0; channel < 3; channel++) {
      medianRow({ data, rows, columns, channel, histogram }, target.subarray(y * width * 3, (y + 1) * width * 3));
    }
  }
  return { data: target, width, height };
}

/** Applies a median filter with a probability, as Albumentations' MedianBlur. Boxes and polygons stay. */
export function randomMedianBlur({ probability, sizes = [3, 7] }: RandomBlurOptions): Transform {
  return sometimesImage(probability, (image, rng) => medianBlur(image, drawBlurSize(sizes, rng)));
}

interface Window {
  data: Uint8Array;
  /** Offsets of the square's rows, and of all columns, edges repeated. */
  rows: Int32Array;
  columns: Int32Array;
  channel: number;
  /** Room for 256 counts. */
  histogram: Int32Array;
}

function medianRow({ data, rows, columns, channel, histogram }: Window, target: Uint8Array): void {
  const size = rows.length;
  const half = (size * size - 1) / 2;
  histogram.fill(0);
  for (let x = 0; x < size; x++) {
    for (let k = 0; k < size; k++) {
      const level = data[(rows[k] as number) + (columns[x] as number) + channel] as number;
      histogram[level] = (histogram[level] as number) + 1;
    }
  }
  let median = 0;
  /** How many of the square lie below the median. */
  let below = 0;
  for (let x = 0, i = channel; i < target.length; x++, i += 3) {
    while (below > half) below -= histogram[--median] as number;
    while (below + (histogram[median] as number) <= half) below += histogram[median++] as number;
    target[i] = median;
    if (i + 3 >= target.length) break;
    const gone = (columns[x] as number) + channel;
    const come = (columns[x + size] as number) + channel;
    for (let k = 0; k < size; k++) {
      const row = rows[k] as number;
      const old = data[row + gone] as number;
      const level = data[row + come] as number;
      histogram[old] = (histogram[old] as number) - 1;
      histogram[level] = (histogram[level] as number) + 1;
      // Sign bits in place of branches, which processors cannot foresee here
      below = (below + ((level - median) >>> 31) - ((old - median) >>> 31)) | 0;
    }
  }
}

function limit(place: number, length: number): number {
  return Math.min(Math.max(place, 0), length - 1);
}
