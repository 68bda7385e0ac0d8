import { describe, expect, it } from "vitest";
import { toFloat16 } from "./float16.ts";

/** The number that half-precision bits stand for (IEEE 754): (1 + m / 2¹⁰) · 2^(e − 15), or m · 2⁻²⁴ for e = 0. */
function numberOf(bits: number): number {
  const [sign, exponent, mantissa] = [bits >> 15 === 0 ? 1 : -1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1 + mantissa / 1024) * 2 ** (exponent - 15));
}

const bitsOf = (...values: number[]): number[] => Array.from(toFloat16(Float32Array.from(values)));

describe("toFloat16", () => {
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
