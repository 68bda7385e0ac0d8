/** Steps between ticks that people count in. */
const steps = [1, 2, 2.5, 5, 10];

/** About `wanted` round numbers from `low` to `high`. */
export function ticks(low: number, high: number, wanted: number): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = (steps.find((candidate) => candidate * power >= rough) ?? 10) * power;
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  // Multiplying, not adding up, keeps 0.3 from becoming 0.30000000000000004; rounding does the rest.
  return Array.from({ length: Math.max(count, 0) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Bounds of an axis that contains these values, with a little air and without a span of zero. */
export function bounds(values: readonly number[], { zero = false } = {}): [low: number, high: number] {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return [0, 1];
  const low = zero ? Math.min(0, ...finite) : Math.min(...finite);
  const high = Math.max(...finite);
  const air = (high - low) * 0.06 || Math.abs(high) * 0.1 || 0.5;
  return [zero && low === 0 ? 0 : low - air, high + air];
}
