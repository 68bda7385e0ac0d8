import { expect } from "vitest";

/** How far apart numbers may be: |actual − expected| ≤ abs + rel · |expected|. */
export interface Tolerance {
  abs?: number;
  rel?: number;
}

/** Fails, naming the worst element, unless every number is within the tolerance; NaN equals NaN only. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: Tolerance): void {
  expect(actual.length).toBe(expected.length);
  const { abs = 0, rel = 0 } = tolerance;
  let worst = -1;
  let excess = 0;
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i] as number;
    const e = expected[i] as number;
    if (Object.is(a, e) || a === e) continue;
    const over = Math.abs(a - e) - (abs + rel * Math.abs(e));
    if (!(over <= excess)) {
      worst = i;
      excess = Number.isNaN(over) ? Number.POSITIVE_INFINITY : over;
    }
  }
  if (worst >= 0) {
    expect.fail(
      `element ${worst} of ${expected.length} is ${actual[worst]}, expected ${expected[worst]} (tolerance abs ${abs}, rel ${rel})`,
    );
  }
}

/** The largest |actual − expected| over the largest |expected|. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  let magnitude = 0;
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs((actual[i] as number) - (expected[i] as number)));
    magnitude = Math.max(magnitude, Math.abs(expected[i] as number));
  }
  return magnitude === 0 ? difference : difference / magnitude;
}
