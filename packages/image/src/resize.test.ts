import { LookonceError } from "@lookonce/errors";
import { Random } from "@lookonce/random";
import { expectClose } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { blankImage, type Image, resizeArea, resizeBilinear } from "./index.ts";

const gray = (values: number[], width: number): Image => ({
  data: Uint8Array.from(values.flatMap((value) => [value, value, value])),
  width,
  height: values.length / width,
});
const reds = ({ data }: Image): number[] => [...data].filter((_, i) => i % 3 === 0);

function noise(width: number, height: number): Image {
  const rng = new Random(width * 1000 + height);
  return { data: Uint8Array.from({ length: width * height * 3 }, () => rng.integer(0, 256)), width, height };
}

/** The definition, in plain floating point: half-pixel centers, edges repeated. */
function bilinear(image: Image, width: number, height: number): number[] {
  const at = (x: number, y: number, c: number): number => {
    const clampedX = Math.min(image.width - 1, Math.max(0, x));
    const clampedY = Math.min(image.height - 1, Math.max(0, y));
    return image.data[(clampedY * image.width + clampedX) * 3 + c] as number;
  };
  return Array.from({ length: width * height * 3 }, (_, i) => {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    const u = ((x + 0.5) * image.width) / width - 0.5;
    const v = ((y + 0.5) * image.height) / height - 0.5;
    const [x0, y0] = [Math.floor(u), Math.floor(v)];
    const row = (j: number): number => at(x0, j, c) * (1 - (u - x0)) + at(x0 + 1, j, c) * (u - x0);
    return row(y0) * (1 - (v - y0)) + row(y0 + 1) * (v - y0);
  });
}

describe("resizeBilinear", () => {
  it("enlarges with half-pixel centers", () => {
    expect(reds(resizeBilinear(gray([0, 100], 2), { width: 4, height: 1 }))).toEqual([0, 25, 75, 100]);
  });

  it("rounds the two weights of a row beyond the edge apart, as OpenCV does, and those of a column not", () => {
    const [columns, rows] = [gray([0, 255, 0, 255], 2), gray([0, 0, 255, 255], 2)];
    expect(reds(resizeBilinear(columns, { width: 3, height: 3 }))).toEqual([0, 127, 255, 0, 128, 255, 0, 127, 255]);
    expect(reds(resizeBilinear(rows, { width: 3, height: 3 }))).toEqual([0, 0, 0, 128, 128, 128, 255, 255, 255]);
  });

  it("averages four pixels when it halves", () => {
    expect(reds(resizeBilinear(gray([10, 20, 30, 41], 2), { width: 1, height: 1 }))).toEqual([25]);
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
      const image = noise(from[0], from[1]);
      const result = resizeBilinear(image, { width: to[0], height: to[1] });
      expectClose(result.data, bilinear(image, to[0], to[1]), { abs: 1.01 });
    });
  }

  it("leaves an image of the right size as it is, in a copy", () => {
    const image = noise(9, 5);
    const same = resizeBilinear(image, { width: 9, height: 5 });
    expect(same.data).toEqual(image.data);
    expect(same.data).not.toBe(image.data);
  });

  it("refuses sizes that are none", () => {
    expect(() => resizeBilinear(noise(2, 2), { width: 0, height: 4 })).toThrow(LookonceError);
  });
});

describe("resizeArea", () => {
  it("weights pixels by the area covered", () => {
    // 3 pixels into 2: (2·a + b) / 3 and (b + 2·c) / 3
    expect(reds(resizeArea(gray([30, 60, 120], 3), { width: 2, height: 1 }))).toEqual([40, 100]);
    expect(reds(resizeArea(gray([1, 2, 3, 6], 2), { width: 1, height: 1 }))).toEqual([3]);
  });

  it("keeps the mean", () => {
    const image = noise(101, 67);
    const small = resizeArea(image, { width: 40, height: 31 });
    const mean = (data: Uint8Array): number => data.reduce((a, b) => a + b, 0) / data.length;
    expect(Math.abs(mean(small.data) - mean(image.data))).toBeLessThan(0.3);
    expect(new Set(resizeArea(blankImage({ width: 50, height: 50 }, 77), { width: 17, height: 9 }).data)).toEqual(
      new Set([77]),
    );
  });

  it("refuses to enlarge", () => {
    expect(() => resizeArea(noise(4, 4), { width: 5, height: 2 })).toThrow("only shrinks");
  });
});
