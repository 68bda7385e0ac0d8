import { describe, expect, it } from "vitest";
import { bounds, ticks } from "./ticks.ts";

describe("ticks", () => {
  it("are round and within the bounds", () => {
    expect(ticks(0, 1, 4)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(ticks(0, 0.3, 3)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(ticks(-3, 17, 4)).toEqual([0, 5, 10, 15]);
    expect(ticks(0.0001, 0.0009, 4)).toEqual([0.0002, 0.0004, 0.0006, 0.0008]);
    expect(ticks(2, 2, 4)).toEqual([2]);
  });
});

describe("bounds", () => {
  it("contain all values with some air", () => {
    const [low, high] = bounds([1, 3, Number.NaN]);
    expect(low).toBeLessThan(1);
    expect(high).toBeGreaterThan(3);
    expect(bounds([0.2, 0.8], { zero: true })[0]).toBe(0);
  });

  it("have a span where all values are the same, or where there are none", () => {
    for (const values of [[], [0], [5, 5]]) {
      const [low, high] = bounds(values);
      expect(high).toBeGreaterThan(low);
    }
  });
});
