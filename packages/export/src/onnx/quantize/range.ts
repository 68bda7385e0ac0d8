import type { CalibrationMethod } from "../options.ts";
import type { Histogram } from "./histogram.ts";

/** How an activation is kept in 8 bits: number = (byte − zeroPoint) · scale. */
export interface Range {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** Numbers with how often they occur. */
export interface Distribution {
  readonly values: Float64Array;
  readonly counts: Float64Array;
}

/** `percentile` leaves out this share of the numbers at either end. */
const tail = 1e-4;

/** How `mse` searches: rounds of choosing the upper and then the lower end from shares of what was seen. */
const search = { rounds: 2, steps: 50, least: 0.2 } as const;

/** The range of bytes for the numbers from `low` to `high`; zero is always one of them, so that padding is exact. */
export function rangeOf(low: number, high: number): Range {
  const [from, to] = [Math.min(0, low), Math.max(0, high)];
  if (to - from === 0) return { scale: 1, zeroPoint: 0 };
  const scale = Math.fround((to - from) / 255);
  return { scale, zeroPoint: Math.min(255, Math.max(0, Math.round(-from / scale))) };
}

/** The ends of a range in numbers. */
export function endsOf({ scale, zeroPoint }: Range): readonly [low: number, high: number] {
  return [-zeroPoint * scale, (255 - zeroPoint) * scale];
}

/** What is made of numbers next. */
type Activation = (value: number) => number;

/** Chooses the range for numbers that were counted; `mse` measures errors after the activation. */
export function chooseRange(histogram: Histogram, method: CalibrationMethod, activation?: Activation): Range {
  if (method === "minmax") return rangeOf(histogram.min, histogram.max);
  const distribution = histogram.entries();
  return method === "percentile" ? percentileRange(distribution) : leastError(distribution, activation);
}

/** The range that loses the least, in the mean of squares. */
export function leastError({ values, counts }: Distribution, activation: Activation = (value) => value): Range {
  const exact = values.map(activation);
  const table = new Float64Array(256);
  const error = (range: Range): number => {
    for (let byte = 0; byte < 256; byte++) table[byte] = activation((byte - range.zeroPoint) * range.scale);
    let sum = 0;
    for (let i = 0; i < values.length; i++) {
      const byte = Math.round((values[i] as number) / range.scale) + range.zeroPoint;
      const distance = (table[Math.max(0, Math.min(255, byte))] as number) - (exact[i] as number);
      sum += (counts[i] as number) * distance * distance;
    }
    return sum;
  };
  const [least, most] = [Math.min(0, values[0] ?? 0), Math.max(0, values.at(-1) ?? 0)];
  let best = { low: least, high: most, error: error(rangeOf(least, most)) };
  for (let round = 0; round < search.rounds; round++) {
    for (const end of ["high", "low"] as const) {
      const whole = end === "high" ? most : least;
      for (let step = 0; step < search.steps; step++) {
        const share = 1 - (step * (1 - search.least)) / search.steps;
        const tried = { ...best, [end]: whole * share };
        const found = error(rangeOf(tried.low, tried.high));
        if (found < best.error) best = { ...tried, error: found };
      }
    }
  }
  return rangeOf(best.low, best.high);
}

function percentileRange({ values, counts }: Distribution): Range {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const end = (order: readonly number[]): number => {
    let passed = 0;
    const at = order.find((i) => {
      passed += counts[i] as number;
      return passed > tail * total;
    });
    return values[at ?? 0] ?? 0;
  };
  const order = Array.from(values.keys());
  return rangeOf(end(order), end(order.toReversed()));
}
