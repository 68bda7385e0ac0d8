import { LookonceError } from "@lookonce/errors";
import { Random } from "@lookonce/random";
import { expectClose } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { blankPicture, type Picture, resizeArea, resizeBilinear } from "./index.ts";

const grey = (values: number[], width: number): Picture => ({
  data: Uint8Array.from(values.flatMap((value) => [value, value, value])),
  width,
  height: values.length / width,
});
const reds = ({ data }: Picture): number[] => [...data].filter((_, i) => i % 3 === 0);

function noise(width: number, height: number): Picture {
  const rng = new Random(width * 1000 + height);
  return { data: Uint8Array.from({ length: width * height * 3 }, () => rng.integer(0, 256)), width, height };
}

/** The definition, in plain floating point: half-pixel centres, edges repeated. */
function bilinear(picture: Picture, width: number, height: number): number[] {
  const at = (x: number, y: number, c: number): number => {
    const clampedX = Math.min(picture.width - 1, Math.max(0, x));
    const clampedY = Math.min(picture.height - 1, Math.max(0, y));
    return picture.data[(clampedY * picture.width + clampedX) * 3 + c] as number;
  };
  return Array.from({ length: width * height * 3 }, (_, i) => {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    const u = ((x + 0.5) * picture.width) / width - 0.5;
    const v = ((y + 0.5) * picture.height) / height - 0.5;
    const [x0, y0] = [Math.floor(u), Math.floor(v)];
    const row = (j: number): number => at(x0, j, c) * (1 - (u - x0)) + at(x0 + 1, j, c) * (u - x0);
    return row(y0) * (1 - (v - y0)) + row(y0 + 1) * (v - y0);
  });
}

describe("resizeBilinear", () => {
  it("enlarges with half-pixel centres", () => {
    expect(reds(resizeBilinear(grey([0, 100], 2), { width: 4, height: 1 }))).toEqual([0, 25, 75, 100]);
  });

  it("averages four pixels when it halves", () => {
    expect(reds(resizeBilinear(grey([10, 20, 30, 41], 2), { width: 1, height: 1 }))).toEqual([25]);
  });

  for (const [from, to] of [
    [
      [37, 23],
      [61, 40],
    ],
    [
      [64, 50],
      [20, 33],
    ],
    [
      [5, 90],
      [90, 5],
    ],
    [
      [1, 1],
      [7, 3],
    ],
  ] as const) {
    it(`is the definition within a level from ${from} to ${to}`, () => {
      const picture = noise(from[0], from[1]);
      const result = resizeBilinear(picture, { width: to[0], height: to[1] });
      expectClose(result.data, bilinear(picture, to[0], to[1]), { abs: 1.01 });
    });
  }

  it("leaves a picture of the right size as it is, in a copy", () => {
    const picture = noise(9, 5);
    const same = resizeBilinear(picture, { width: 9, height: 5 });
    expect(same.data).toEqual(picture.data);
    expect(same.data).not.toBe(picture.data);
  });

  it("refuses sizes that are none", () => {
    expect(() => resizeBilinear(noise(2, 2), { width: 0, height: 4 })).toThrow(LookonceError);
  });
});

describe("resizeArea", () => {
  it("weights pixels by the area covered", () => {
    // 3 pixels into 2: (2·a + b) / 3 and (b + 2·c) / 3
    expect(reds(resizeArea(grey([30, 60, 120], 3), { width: 2, height: 1 }))).toEqual([40, 100]);
    expect(reds(resizeArea(grey([1, 2, 3, 6], 2), { width: 1, height: 1 }))).toEqual([3]);
  });

  it("keeps the mean", () => {
    const picture = noise(101, 67);
    const small = resizeArea(picture, { width: 40, height: 31 });
    const mean = (data: Uint8Array): number => data.reduce((a, b) => a + b, 0) / data.length;
    expect(Math.abs(mean(small.data) - mean(picture.data))).toBeLessThan(0.3);
    expect(new Set(resizeArea(blankPicture({ width: 50, height: 50 }, 77), { width: 17, height: 9 }).data)).toEqual(
      new Set([77]),
    );
  });

  it("refuses to enlarge", () => {
    expect(() => resizeArea(noise(4, 4), { width: 5, height: 2 })).toThrow("only shrinks");
  });
});
