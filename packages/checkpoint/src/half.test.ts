import { Random } from "@lookonce/random";
import { describe, expect, it } from "vitest";
import { bfloatToFloat, floatToHalf, halfToFloat } from "./half.ts";

const half = (value: number): number => floatToHalf(new Float32Array([value]))[0] as number;

describe("half precision", () => {
  it("comes back unchanged for every bit pattern", () => {
    const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const back = floatToHalf(halfToFloat(bits));
    for (let i = 0; i < 65536; i++) {
      const nan = (i & 0x7c00) === 0x7c00 && (i & 0x3ff) !== 0;
      // Which of the many NaNs does not matter.
      if (nan) expect((back[i] as number) & 0x7fff).toBe(0x7e00);
      else if (back[i] !== i) expect.fail(`pattern ${i} became ${back[i]}`);
    }
  });

  it("rounds to the nearest, ties to even", () => {
    expect(half(1 + 2 ** -11)).toBe(0x3c00);
    expect(half(1 + 3 * 2 ** -11)).toBe(0x3c02);
    expect(half(1 + 2 ** -11 + 2 ** -20)).toBe(0x3c01);
    expect([half(65519), half(65520), half(1e9), half(-1e9)]).toEqual([0x7bff, 0x7c00, 0x7c00, 0xfc00]);
    expect([half(2 ** -24), half(2 ** -25), half(2 ** -25 * 1.001), half(-(2 ** -26))]).toEqual([1, 0, 1, 0x8000]);
    expect([half(2 ** -24 * 1.5), half(2 ** -24 * 2.5), half(2 ** -14 - 2 ** -26)]).toEqual([2, 2, 0x400]);
  });

  it("never moves further than half a step", () => {
    const rng = new Random("half");
    const values = Float32Array.from({ length: 5000 }, () => rng.normal() * 2 ** rng.integer(-26, 16));
    const back = halfToFloat(floatToHalf(values));
    values.forEach((value, i) => {
      const step = 2 ** Math.max(Math.floor(Math.log2(Math.abs(value))) - 10, -24);
      if (Math.abs(value) < 65504) expect(Math.abs((back[i] as number) - value)).toBeLessThanOrEqual(step / 2);
    });
  });

  it("reads bfloat16", () => {
    expect([...bfloatToFloat(new Uint16Array([0x3f80, 0xc000, 0x7f80]))]).toEqual([1, -2, Number.POSITIVE_INFINITY]);
  });
});

/** The number that half-precision bits stand for (IEEE 754): (1 + m / 2¹⁰) · 2^(e − 15), or m · 2⁻²⁴ for e = 0. */
function numberOf(bits: number): number {
  const [sign, exponent, mantissa] = [bits >> 15 === 0 ? 1 : -1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1 + mantissa / 1024) * 2 ** (exponent - 15));
}

const bitsOf = (...values: number[]): number[] => Array.from(floatToHalf(Float32Array.from(values)));

describe("floatToHalf", () => {
  it("keeps every half-precision number as it is", () => {
    const all = Array.from({ length: 65536 }, (_, bits) => bits).filter((bits) => !Number.isNaN(numberOf(bits)));
    expect(bitsOf(...all.map(numberOf))).toEqual(all);
  });

  it("rounds to the nearest, and halves to even", () => {
    for (let bits = 0; bits < 0x7bff; bits += 7) {
      const [low, high] = [numberOf(bits), numberOf(bits + 1)];
      const middle = (low + high) / 2;
      const even = bits % 2 === 0 ? bits : bits + 1;
      const near = (high - low) / 64;
      expect(bitsOf(middle, -middle, middle - near, middle + near)).toEqual([even, even | 0x8000, bits, bits + 1]);
    }
  });

  it("ends at 65504, and keeps what is no number", () => {
    expect(bitsOf(65504, 65519, 65520, -1e30, Number.NEGATIVE_INFINITY)).toEqual([
      0x7bff, 0x7bff, 0x7c00, 0xfc00, 0xfc00,
    ]);
    expect(numberOf(bitsOf(Number.NaN)[0] as number)).toBeNaN();
    expect(bitsOf(2 ** -25, 2 ** -25 * 1.001, 2 ** -26, -0)).toEqual([0, 1, 0, 0x8000]);
  });
});
