import { describe, expect, it } from "vitest";
import { cosine, power, sine } from "./portable-math.ts";

/** Units in the last place between two numbers. */
function unitsApart(a: number, b: number): number {
  const [x = 0n, y = 0n] = new BigInt64Array(Float64Array.of(Math.abs(a), Math.abs(b)).buffer);
  return Math.sign(a) === Math.sign(b) ? Math.abs(Number(x - y)) : Number.POSITIVE_INFINITY;
}

describe("portable functions", () => {
  it("are within two units in the last place of this engine's", () => {
    let most = 0;
    for (let i = 1; i < 20_000; i++) {
      const angle = (i - 10_000) * 0.00137;
      if (angle === 0) continue;
      most = Math.max(most, unitsApart(cosine(angle), Math.cos(angle)), unitsApart(sine(angle), Math.sin(angle)));
    }
    expect(most).toBeLessThanOrEqual(2);
    for (const angle of [1e-9, Math.PI / 2, Math.PI, 2 * Math.PI, 99_999.5]) {
      expect(unitsApart(cosine(angle), Math.cos(angle))).toBeLessThanOrEqual(2);
      expect(unitsApart(sine(angle), Math.sin(angle))).toBeLessThanOrEqual(2);
    }
  });

  it("are exact at 0, and odd or even", () => {
    expect([cosine(0), sine(0), power(0, 0.5), power(1, 3)]).toEqual([1, 0, 0, 1]);
    expect([cosine(-0.7), sine(-0.7)]).toEqual([cosine(0.7), -sine(0.7)]);
    expect(power(2, 10)).toBeCloseTo(1024, 10);
  });

  it("have these bits in every engine", () => {
    const bits = (value: number): string => new BigUint64Array(Float64Array.of(value).buffer)[0]?.toString(16) ?? "";
    expect([cosine(1.2), sine(1.2), cosine(4), sine(-5.5), power(0.3, 2.4)].map(bits)).toMatchInlineSnapshot(`
      [
        "3fd730de943b79d4",
        "3fedd343a21a55c4",
        "bfe4eaa606db24c1",
        "3fe693c94e0ab057",
        "3fac77e018c0c76e",
      ]
    `);
  });
});
