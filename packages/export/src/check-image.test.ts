import { describe, expect, it } from "vitest";
import { checkImage } from "./check-image.ts";

describe("checkImage", () => {
  it("is a photograph in the middle of a gray border", async () => {
    const values = await checkImage({ height: 64, width: 64 });
    expect(values.length).toBe(3 * 64 * 64);
    expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
    const border = values.subarray(0, 10 * 64);
    expect(border.every((value) => value === Math.fround(114 / 255))).toBe(true);
    const middle = values.subarray(12 * 64, 52 * 64);
    expect(new Set(middle).size).toBeGreaterThan(100);
  });

  it("turns the further images of a batch", async () => {
    const [height, width] = [32, 64] as const;
    const values = await checkImage({ height, width, batch: 4 });
    const at = (image: number, channel: number, y: number, x: number): number =>
      values[((image * 3 + channel) * height + y) * width + x] as number;
    for (const [channel, y, x] of [
      [0, 3, 20],
      [1, 17, 30],
      [2, 30, 25],
    ] as const) {
      expect(at(1, channel, y, width - 1 - x)).toBe(at(0, channel, y, x));
      expect(at(2, channel, height - 1 - y, x)).toBe(at(0, channel, y, x));
      expect(at(3, channel, height - 1 - y, width - 1 - x)).toBe(at(0, channel, y, x));
    }
    expect(at(0, 0, 3, 20)).not.toBe(at(1, 0, 3, 20));
  });
});
