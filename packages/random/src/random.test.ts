import { describe, expect, it } from "vitest";
import { Random } from "./index.ts";

const draw = (rng: Random, n: number): number[] => Array.from({ length: n }, () => rng.uniform());

describe("Random", () => {
  it("draws the same stream for the same seed and another for another", () => {
    expect(draw(new Random(7), 5)).toEqual(draw(new Random(7), 5));
    expect(draw(new Random(7), 5)).not.toEqual(draw(new Random(8), 5));
  });

  it("forks by label alone, whatever was drawn before", () => {
    const parent = new Random(3);
    const before = draw(parent.fork("augment", 1, 2), 4);
    draw(parent, 100);
    expect(draw(parent.fork("augment", 1, 2), 4)).toEqual(before);
    expect(draw(parent.fork("augment", 12), 4)).not.toEqual(draw(parent.fork("augment", 1, 2), 4));
  });

  it("starts again from its key", () => {
    const fork = new Random(3).fork("augment", 1);
    const drawn = draw(fork, 4);
    expect(draw(new Random(fork.key), 4)).toEqual(drawn);
    expect(draw(new Random(new Random(7).key), 3)).toEqual(draw(new Random(7), 3));
  });

  it("keeps uniform and integer inside their bounds and spreads them evenly", () => {
    const rng = new Random("spread");
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 20_000; i++) {
      const value = rng.integer(0, 10);
      counts[value] = (counts[value] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });

  it("has the moments of its distributions", () => {
    const rng = new Random(11);
    const n = 40_000;
    const normal = Array.from({ length: n }, () => rng.normal(2, 3));
    const mean = normal.reduce((a, b) => a + b) / n;
    const variance = normal.reduce((a, b) => a + (b - mean) ** 2, 0) / n;
    expect(mean).toBeCloseTo(2, 1);
    expect(Math.sqrt(variance)).toBeCloseTo(3, 1);
    const beta = Array.from({ length: n }, () => rng.beta(32, 32));
    expect(beta.reduce((a, b) => a + b) / n).toBeCloseTo(0.5, 2);
    const small = Array.from({ length: n }, () => rng.gamma(0.5));
    expect(small.reduce((a, b) => a + b) / n).toBeCloseTo(0.5, 1);
  });

  it("permutes every index once", () => {
    const order = new Random(5).permutation(100);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(order).not.toEqual([...order].sort((a, b) => a - b));
  });

  it("refuses to choose from nothing", () => {
    expect(() => new Random(1).choice([])).toThrow(RangeError);
  });
});
