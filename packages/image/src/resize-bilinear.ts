import { LookonceError } from "@lookonce/errors";
import { roundHalfEven } from "@lookonce/geometry";
import type { Image, Size } from "./image.ts";

/** For one axis: the byte offsets of the two neighbors of every output position and their weights in 1/2048. */
interface Taps {
  first: Int32Array;
  second: Int32Array;
  firstWeight: Int32Array;
  secondWeight: Int32Array;
}

/**
 * Resizes an image bilinearly with half-pixel centers, edges repeated and no antialiasing.
 *
 * Arithmetic follows OpenCV's `INTER_LINEAR` for 8-bit images (4.x, generic path): weights in 1/2048, sums of a row
 * truncated to 1/128, products of a column truncated to a quarter, rounded at the end.
 *
 * @throws LookonceError `ARGUMENT` unless width and height are whole numbers of at least 1
 */
export function resizeBilinear(image: Image, size: Size): Image {
  checkSize(size);
  const { width, height } = size;
  if (width === image.width && height === image.height) return { ...image, data: image.data.slice() };
  const columns = taps(image.width, width, { step: 3, repeatsEdge: true });
  const rows = taps(image.height, height, { step: image.width * 3, repeatsEdge: false });
  const stride = width * 3;
  const data = new Uint8Array(stride * height);
  let above = new Int32Array(stride);
  let below = new Int32Array(stride);
  let aboveAt = -1;
  let belowAt = -1;
  for (let y = 0; y < height; y++) {
    const first = rows.first[y] as number;
    const second = rows.second[y] as number;
    if (first === belowAt) {
      [above, below] = [below, above];
      [aboveAt, belowAt] = [belowAt, aboveAt];
    }
    if (first !== aboveAt) stretchRow(image.data.subarray(first), columns, above);
    if (second !== belowAt) stretchRow(image.data.subarray(second), columns, below);
    aboveAt = first;
    belowAt = second;
    const wa = rows.firstWeight[y] as number;
    const wb = rows.secondWeight[y] as number;
    for (let i = 0, t = y * stride; i < stride; i++, t++) {
      data[t] = ((((above[i] as number) * wa) >> 16) + (((below[i] as number) * wb) >> 16) + 2) >> 2;
    }
  }
  return { data, width, height };
}

/** @throws LookonceError `ARGUMENT` unless both sides are whole and positive. */
export function checkSize({ width, height }: Size): void {
  if (Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0) return;
  throw new LookonceError("ARGUMENT", `An image's size must be whole and at least 1 × 1, not ${width} × ${height}.`);
}

/**
 * The taps of an axis whose neighbors are `step` bytes apart. With `repeatsEdge`, positions beyond an edge pixel's center
 * get that pixel with the full weight, as OpenCV's columns do. Its rows keep the fraction and clamp both indices: the two
 * weights of one pixel are then rounded apart.
 */
function taps(from: number, to: number, { step, repeatsEdge }: { step: number; repeatsEdge: boolean }): Taps {
  const first = new Int32Array(to);
  const second = new Int32Array(to);
  const firstWeight = new Int32Array(to);
  const secondWeight = new Int32Array(to);
  const scale = from / to;
  const clamp = (index: number): number => Math.min(Math.max(index, 0), from - 1);
  for (let i = 0; i < to; i++) {
    // OpenCV computes positions in single precision, which changes some weights
    const position = Math.fround((i + 0.5) * scale - 0.5);
    const index = Math.floor(position);
    const isBeyond = index < 0 || index >= from - 1;
    const part = repeatsEdge && isBeyond ? 0 : Math.fround(position - index);
    first[i] = clamp(index) * step;
    second[i] = clamp(index + 1) * step;
    firstWeight[i] = roundHalfEven(Math.fround(1 - part) * 2048);
    secondWeight[i] = roundHalfEven(part * 2048);
  }
  return { first, second, firstWeight, secondWeight };
}

/** One source row at the output's width, in 1/128 of a level. */
function stretchRow(source: Uint8Array, columns: Taps, target: Int32Array): void {
  const { first, second, firstWeight, secondWeight } = columns;
  const count = first.length;
  for (let x = 0, t = 0; x < count; x++, t += 3) {
    const a = first[x] as number;
    const b = second[x] as number;
    const wa = firstWeight[x] as number;
    const wb = secondWeight[x] as number;
    target[t] = ((source[a] as number) * wa + (source[b] as number) * wb) >> 4;
    target[t + 1] = ((source[a + 1] as number) * wa + (source[b + 1] as number) * wb) >> 4;
    target[t + 2] = ((source[a + 2] as number) * wa + (source[b + 2] as number) * wb) >> 4;
  }
}
