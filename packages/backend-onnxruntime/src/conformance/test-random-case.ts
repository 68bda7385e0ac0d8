import type { Random } from "@lookonce/random";

/** A tensor as plain data, so that each backend can make its own. */
export interface RandomTensor {
  shape: number[];
  dtype: "float32" | "int32" | "bool";
  data: number[];
}

/** One kernel call. */
export interface RandomCase {
  inputs: Record<string, RandomTensor> | RandomTensor[];
  attrs?: object;
  /** Inputs to differentiate by, where the kernel has a gradient. Default: those of type float32. */
  differentiate?: readonly string[];
  /** Allowed difference, relative to 1 or to the expected value, whichever is larger. Default: 1e-4. */
  tolerance?: number;
}

/** Draws a call. */
export type RandomCases = (rng: Random) => RandomCase;

/** Dimensions between 1 and `largest`. */
export function randomShape(rng: Random, rank: number, largest = 4): number[] {
  return Array.from({ length: rank }, () => rng.integer(1, largest + 1));
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, dim) => size * dim, 1);
}

export function floats(rng: Random, shape: number[], low = -3, high = 3): RandomTensor {
  // Numbers that are exact in single precision.
  const data = Array.from({ length: sizeOf(shape) }, () => Math.fround(rng.uniform(low, high)));
  return { shape, dtype: "float32", data };
}

export function wholes(rng: Random, shape: number[], low = -5, high = 6): RandomTensor {
  return { shape, dtype: "int32", data: Array.from({ length: sizeOf(shape) }, () => rng.integer(low, high)) };
}

export function bools(rng: Random, shape: number[]): RandomTensor {
  return { shape, dtype: "bool", data: Array.from({ length: sizeOf(shape) }, () => rng.integer(0, 2)) };
}

/** Floats from a few values, so that many are equal. */
export function ties(rng: Random, shape: number[]): RandomTensor {
  return { ...wholes(rng, shape, -2, 3), dtype: "float32" };
}

/** Floats among which some are NaN or infinite. */
export function specials(rng: Random, shape: number[], low = -3, high = 3): RandomTensor {
  const tensor = floats(rng, shape, low, high);
  const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  return { ...tensor, data: tensor.data.map((value) => (rng.chance(0.3) ? rng.choice(odd) : value)) };
}

/** Two shapes that broadcast against each other, of ranks 0 to 4. */
export function broadcastShapes(rng: Random): [number[], number[]] {
  const full = randomShape(rng, rng.integer(0, 5));
  const part = (): number[] => full.slice(rng.integer(0, full.length + 1)).map((dim) => (rng.chance(0.25) ? 1 : dim));
  const [a, b] = [rng.chance(0.5) ? full : part(), part()];
  return rng.chance(0.5) ? [a, b] : [b, a];
}

/** Some axes of a rank, a few of them counted from the back. */
export function randomAxes(rng: Random, rank: number): number[] {
  const axes = Array.from({ length: rank }, (_, axis) => axis).filter(() => rng.chance(0.5));
  return axes.map((axis) => (rng.chance(0.3) ? axis - rank : axis));
}
