import { LookonceError } from "@lookonce/errors";
import type { Image } from "@lookonce/image";
import type { Random } from "@lookonce/random";
import type { Plane } from "../color/luma.ts";
import { sometimesImage, type Transform } from "../compose.ts";
import { forwardTransform, inverseTransform } from "./jpeg/cosine-transform.ts";
import { fromHalvedYcbcr, toHalvedYcbcr } from "./jpeg/ycbcr.ts";

// Tables K.1 and K.2 of ITU-T T.81 (1992), row by row.
const lumaSteps = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
  87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
  72, 92, 95, 98, 112, 100, 103, 99,
];
const colorSteps = [
  17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99,
];

/** Options of {@link randomJpegQuality}. */
export interface RandomJpegQualityOptions {
  probability: number;
  /** Lowest and highest quality, both included. Default 75 to 100. */
  quality?: readonly [lowest: number, highest: number];
}

/** A whole number from the lowest to the highest. */
export function drawJpegQuality([lowest, highest]: readonly [number, number], rng: Random): number {
  return rng.integer(lowest, highest + 1);
}

/**
 * The image as it looks after being written as JPEG and read again: baseline, colors at half the width and height.
 *
 * Only the steps that lose something are done (ITU-T T.81: color transform, halving, cosine transform, quantization),
 * with the arithmetic of the Independent JPEG Group's library (from 5 pixels of width on), without coding bits; so it
 * needs no codec, and its bytes are the same on every machine.
 *
 * @param quality 1 to 100
 * @throws LookonceError `ARGUMENT` unless the quality is a whole number from 1 to 100
 */
export function applyJpegLoss(image: Image, quality: number): Image {
  if (!Number.isInteger(quality) || quality < 1 || quality > 100) {
    throw new LookonceError("ARGUMENT", `A JPEG quality must be a whole number from 1 to 100, not ${quality}.`);
  }
  const { y, cb, cr } = toHalvedYcbcr(image);
  const lossy = (plane: Plane, steps: readonly number[]): Plane => quantize(plane, quantizationSteps(quality, steps));
  return fromHalvedYcbcr({ y: lossy(y, lumaSteps), cb: lossy(cb, colorSteps), cr: lossy(cr, colorSteps) });
}

/** Writes as JPEG and reads again with a probability, as Albumentations' ImageCompression. Boxes and polygons stay. */
export function randomJpegQuality({ probability, quality = [75, 100] }: RandomJpegQualityOptions): Transform {
  return sometimesImage(probability, (image, rng) => applyJpegLoss(image, drawJpegQuality(quality, rng)));
}

/** Quantization steps for a quality from 1 to 100, scaled as the Independent JPEG Group's library does. */
function quantizationSteps(quality: number, steps: readonly number[]): Int32Array {
  const percent = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality;
  return Int32Array.from(steps, (step) => Math.min(255, Math.max(1, Math.floor((step * percent + 50) / 100))));
}

/** Every 8 × 8 block through transform, division by the steps, rounding, and back; edges are repeated to fill blocks. */
function quantize({ data, width, height }: Plane, steps: Int32Array): Plane {
  const target = new Uint8ClampedArray(data.length);
  const block = new Int32Array(64);
  for (let top = 0; top < height; top += 8) {
    for (let left = 0; left < width; left += 8) {
      for (let y = 0, i = 0; y < 8; y++) {
        const row = Math.min(top + y, height - 1) * width;
        for (let x = 0; x < 8; x++, i++) block[i] = (data[row + Math.min(left + x, width - 1)] as number) - 128;
      }
      forwardTransform(block);
      for (let i = 0; i < 64; i++) {
        const step = steps[i] as number;
        const coefficient = block[i] as number;
        // coefficients are eight times as large; halves are rounded away from 0
        const count = ((coefficient < 0 ? -coefficient : coefficient) + 4 * step) / (8 * step);
        block[i] = (coefficient < 0 ? -(count | 0) : count | 0) * step;
      }
      inverseTransform(block);
      for (let y = top, i = 0; y < Math.min(top + 8, height); y++, i = (y - top) * 8) {
        for (let p = y * width + left; p < y * width + Math.min(left + 8, width); p++, i++) {
          target[p] = (block[i] as number) + 128;
        }
      }
    }
  }
  return { data: new Uint8Array(target.buffer), width, height };
}
