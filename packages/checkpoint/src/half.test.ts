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
