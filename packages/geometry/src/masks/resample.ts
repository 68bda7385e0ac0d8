import { roundHalfEven } from "../rounding.ts";

/** Numbers from one on, up to and without another. */
export interface Range {
  from: number;
  end: number;
}

/** Values of the cells of a rectangle. */
export interface Grid {
  left: number;
  top: number;
  width: number;
  height: number;
  /** [height, width]. */
  values: Float32Array;
}

/** For one axis the two cells that each output pixel lies between, and how far from the first. */
export interface Taps {
  /** The first output pixel, and how many there are. */
  start: number;
  count: number;
  first: Int32Array;
  second: Int32Array;
  part: Float64Array;
}

/** The whole numbers i with low ≤ i < high, from 0 to below `length`: what a box keeps of an axis. */
export function pixelsWithin(low: number, high: number, length: number): Range {
  const from = Math.min(Math.max(Math.ceil(low), 0), length);
  return { from, end: Math.min(Math.max(Math.ceil(high), from), length) };
}

/**
 * Taps of bilinear resizing with half-pixel centers and edges repeated.
 *
 * @param pixels the output pixels
 * @param source the cells that are resized to all of the output
 * @param scale cells per output pixel
 * @param within cells that there are values of; what lies beyond is as the outermost of them
 */
export function tapsOf(pixels: Range, source: Range, scale: number, within: Range = source): Taps {
  const count = pixels.end - pixels.from;
  const [first, second, part] = [new Int32Array(count), new Int32Array(count), new Float64Array(count)];
  const last = source.end - source.from - 1;
  const clamp = (cell: number): number => Math.min(Math.max(cell, within.from), within.end - 1);
  for (let i = 0; i < count; i++) {
    const position = Math.min(Math.max((pixels.from + i + 0.5) * scale - 0.5, 0), last);
    const cell = Math.floor(position);
    first[i] = clamp(source.from + cell);
    second[i] = clamp(source.from + Math.min(cell + 1, last));
    part[i] = position - cell;
  }
  return { start: pixels.from, count, first, second, part };
}

/** Resizes values in single precision; returns [ys.count, xs.count] with 1 where the result exceeds a threshold. */
export function resampledAbove(grid: Grid, xs: Taps, ys: Taps, threshold: number): Uint8Array {
  const { left, top, width, values } = grid;
  const data = new Uint8Array(xs.count * ys.count);
  const line = new Float32Array(width);
  const parts = new Float32Array(xs.part);
  for (let y = 0, at = 0; y < ys.count; y++) {
    const above = ((ys.first[y] as number) - top) * width;
    const below = ((ys.second[y] as number) - top) * width;
    const down = Math.fround(ys.part[y] as number);
    for (let x = 0; x < width; x++) {
      const value = values[above + x] as number;
      line[x] = value + ((values[below + x] as number) - value) * down;
    }
    for (let x = 0; x < xs.count; x++, at++) {
      const value = line[(xs.first[x] as number) - left] as number;
      const next = line[(xs.second[x] as number) - left] as number;
      if (value + (next - value) * (parts[x] as number) > threshold) data[at] = 1;
    }
  }
  return data;
}

/**
 * Resizes bits as OpenCV's `INTER_LINEAR` resizes 8-bit images of 0 and 1 (4.x, generic path): weights in 1/2048, sums of a row
 * truncated to 1/128, products of a column to a quarter, halves rounded up. Returns [ys.count, xs.count] of 0 and 1.
 */
export function resampledBits({ left, top, width, values }: Grid, xs: Taps, ys: Taps): Uint8Array {
  const data = new Uint8Array(xs.count * ys.count);
  const across = (row: number, x: number): number => {
    const weight = weightOf(xs.part[x] as number);
    const value = values[row + (xs.first[x] as number) - left] as number;
    return (value * (2048 - weight) + (values[row + (xs.second[x] as number) - left] as number) * weight) >> 4;
  };
  for (let y = 0, at = 0; y < ys.count; y++) {
    const above = ((ys.first[y] as number) - top) * width;
    const below = ((ys.second[y] as number) - top) * width;
    const weight = weightOf(ys.part[y] as number);
    for (let x = 0; x < xs.count; x++, at++) {
      const quarters = ((across(above, x) * (2048 - weight)) >> 16) + ((across(below, x) * weight) >> 16);
      data[at] = (quarters + 2) >> 2;
    }
  }
  return data;
}

function weightOf(part: number): number {
  return roundHalfEven(Math.fround(part) * 2048);
}
