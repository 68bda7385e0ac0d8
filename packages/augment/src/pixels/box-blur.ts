import { LookonceError } from "@lookonce/errors";
import type { Image } from "@lookonce/image";
import type { Random } from "@lookonce/random";
import { sometimesImage, type Transform } from "../compose.ts";
import { mirror } from "./mirror.ts";

/** Options of {@link randomBlur} and {@link randomMedianBlur}. */
export interface RandomBlurOptions {
  probability: number;
  /** The side of the square is one of the odd numbers between these, all equally likely. Default 3 to 7. */
  sizes?: readonly [smallest: number, largest: number];
}

/** @throws LookonceError `ARGUMENT` unless the side of the square is odd and positive. */
export function checkBlurSize(size: number): void {
  if (Number.isInteger(size) && size > 0 && size % 2 === 1) return;
  throw new LookonceError("ARGUMENT", `The side of a blur must be an odd number such as 3, 5 or 7, not ${size}.`);
}

/** An odd number from the smallest to the largest. */
export function drawBlurSize([smallest, largest]: readonly [number, number], rng: Random): number {
  checkBlurSize(smallest);
  checkBlurSize(largest);
  return smallest + 2 * rng.integer(0, (largest - smallest) / 2 + 1);
}

/**
 * Every pixel becomes the mean of the square around it, rounded; edges are mirrored without repeating the last pixel
 * (OpenCV's `blur`).
 *
 * @param size side of the square, odd
 * @throws LookonceError `ARGUMENT` unless the size is odd and positive
 */
export function boxBlur(image: Image, size: number): Image {
  checkBlurSize(size);
  const { width, height, data } = image;
  const reach = (size - 1) / 2;
  const stride = width * 3;
  const target = new Uint8Array(data.length);
  const sums = new Int32Array(stride);
  const add = (y: number, sign: number): void => {
    const row = mirror(y, height) * stride;
    for (let i = 0; i < stride; i++) sums[i] = (sums[i] as number) + sign * (data[row + i] as number);
  };
  for (let y = -reach; y <= reach; y++) add(y, 1);
  const places = Int32Array.from({ length: width + 2 * reach }, (_, x) => 3 * mirror(x - reach, width));
  for (let y = 0; y < height; y++) {
    blurRow(sums, places, target.subarray(y * stride, (y + 1) * stride));
    add(y - reach, -1);
    add(y + reach + 1, 1);
  }
  return { data: target, width, height };
}

/** Blurs with a probability, as Albumentations' Blur. Boxes and polygons stay. */
export function randomBlur({ probability, sizes = [3, 7] }: RandomBlurOptions): Transform {
  return sometimesImage(probability, (image, rng) => boxBlur(image, drawBlurSize(sizes, rng)));
}

/** One row from the sums of the columns' pixels, RGB; `places` are offsets into them, mirrored beyond both ends. */
function blurRow(sums: Int32Array, places: Int32Array, target: Uint8Array): void {
  const size = places.length - target.length / 3 + 1;
  let r = 0;
  let g = 0;
  let b = 0;
  for (let x = 0; x < size; x++) {
    const place = places[x] as number;
    r += sums[place] as number;
    g += sums[place + 1] as number;
    b += sums[place + 2] as number;
  }
  const share = 1 / (size * size);
  for (let i = 0, x = 0; i < target.length; i += 3, x++) {
    target[i] = r * share + 0.5;
    target[i + 1] = g * share + 0.5;
    target[i + 2] = b * share + 0.5;
    if (i + 3 === target.length) break;
    const gone = places[x] as number;
    const come = places[x + size] as number;
    r += (sums[come] as number) - (sums[gone] as number);
    g += (sums[come + 1] as number) - (sums[gone + 1] as number);
    b += (sums[come + 2] as number) - (sums[gone + 2] as number);
  }
}
