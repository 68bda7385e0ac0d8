/**
 * A moving average over a window of about twice the given share of the values, rounded to an odd number; beyond the
 * ends the first and last value go on.
 */
export function smooth(values: Float64Array, share: number): Float64Array {
  const half = Math.floor((Math.floor(Math.round(values.length * share * 2) / 2) + 1) / 2);
  const width = 2 * half + 1;
  const last = values.length - 1;
  return values.map((_, i) => {
    let sum = 0;
    for (let j = i - half; j <= i + half; j++) sum += values[Math.min(Math.max(j, 0), last)]!;
    return sum / width;
  });
}
