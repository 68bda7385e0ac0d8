import { floatToHalf, halfToFloat } from "@lookonce/checkpoint";

/**
 * The power of two that numbers are multiplied by before they are rounded to half precision, so that a sum over all ranks
 * is at most 2^15, below half's largest number (65504), and small numbers keep their digits.
 *
 * @param largest the largest absolute value on any rank
 */
export function halfScale(largest: number, ranks: number): number {
  if (largest === 0 || !Number.isFinite(largest)) return 1;
  const exponent = Math.floor(15 - Math.log2(largest * ranks));
  return 2 ** Math.max(-126, Math.min(126, exponent));
}

/** The largest absolute value; infinity where one is not finite. */
export function largestMagnitude(values: Float32Array): number {
  let largest = 0;
  for (const value of values) {
    const magnitude = Math.abs(value);
    if (magnitude > largest) largest = magnitude;
    else if (Number.isNaN(magnitude)) return Number.POSITIVE_INFINITY;
  }
  return largest;
}

/** Numbers as bit patterns of half precision, times a scale. */
export function toScaledHalf(values: Float32Array, scale: number): Uint16Array {
  return floatToHalf(scale === 1 ? values : values.map((value) => value * scale));
}

/** Inverse of {@link toScaledHalf}. */
export function fromScaledHalf(bits: Uint16Array, scale: number): Float32Array {
  const values = halfToFloat(bits);
  if (scale !== 1) for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) / scale;
  return values;
}

/** The sum of halves of all ranks, added in single precision in the order of ranks, as halves. */
export function sumHalves(parts: readonly Uint16Array[]): Uint16Array {
  const [first, ...others] = parts.map(halfToFloat) as [Float32Array, ...Float32Array[]];
  for (const part of others)
    for (let i = 0; i < first.length; i++) first[i] = (first[i] as number) + (part[i] as number);
  return floatToHalf(first);
}
