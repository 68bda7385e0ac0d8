import { describe, expect, it } from "vitest";
import { colorFeatureLength, colorFeatures } from "./color-features.ts";
import { cosine } from "./unit-vectors.ts";

type Rgb = readonly [number, number, number];
const [gray, red, blue, orange]: [Rgb, Rgb, Rgb, Rgb] = [
  [90, 90, 90],
  [200, 30, 20],
  [20, 40, 210],
  [220, 60, 20],
];

/** A gray frame of 100 × 80 with upright boxes of one color each, left, top, right, bottom. */
function frame(...painted: (readonly [box: readonly number[], color: Rgb])[]) {
  const [width, height] = [100, 80];
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.trunc(i / width)];
    const over = painted.filter(([[l = 0, t = 0, r = 0, b = 0]]) => x >= l && x < r && y >= t && y < b);
    data.set(over.at(-1)?.[1] ?? gray, 3 * i);
  }
  return { data, width, height };
}

/** How alike two vectors of a row of them are. */
function likeness(features: Float32Array, i: number, j: number): number {
  const at = (k: number) => features.subarray(k * colorFeatureLength, (k + 1) * colorFeatureLength);
  return cosine(at(i), at(j));
}

describe("colorFeatures", () => {
  const [one, two, three] = [
    [10, 10, 30, 40],
    [40, 10, 70, 60],
    [75, 20, 95, 60],
  ];
  const boxes = [one, two, three].flat();

  it("has vectors of length 1 that are alike where colors are", () => {
    const features = colorFeatures(frame([one, red], [two, orange], [three, blue]), { boxes });
    expect(features).toHaveLength(3 * colorFeatureLength);
    for (const i of [0, 1, 2]) expect(likeness(features, i, i)).toBeCloseTo(1, 5);
    expect(likeness(features, 0, 1)).toBeGreaterThan(0.75);
    expect(likeness(features, 0, 2)).toBeLessThan(0.05);
  });

  it("distinguishes upper from lower halves", () => {
    const [upper, lower] = [
      [40, 10, 70, 35],
      [10, 25, 30, 40],
    ];
    const features = colorFeatures(frame([one, red], [two, blue], [upper, red], [lower, blue], [three, red]), {
      boxes,
    });
    expect(likeness(features, 0, 1)).toBeCloseTo(1, 2);
    expect(likeness(features, 0, 2)).toBeLessThan(0.8);
  });

  it("counts the middle of a box more than its corners", () => {
    const middle = [46, 20, 64, 50];
    const features = colorFeatures(frame([one, red], [middle, red], [three, gray]), { boxes });
    expect(likeness(features, 0, 1)).toBeGreaterThan(likeness(features, 2, 1));
  });

  it("reads rotated boxes as they are turned", () => {
    const wide = [20, 30, 80, 44];
    const turned = { boxes: [50, 37, 14, 60, 50, 37, 14, 60], angles: [Math.PI / 2, 0] };
    const features = colorFeatures(frame([wide, red]), turned);
    const plain = colorFeatures(frame([wide, red]), { boxes: wide });
    expect(cosine(plain, features.subarray(0, colorFeatureLength))).toBeGreaterThan(0.99);
    expect(cosine(plain, features.subarray(colorFeatureLength))).toBeLessThan(0.8);
  });

  it("reads boxes in pixels of the video where the frame is smaller", () => {
    const image = frame([one, red], [two, blue], [three, orange]);
    const doubled = colorFeatures(image, { boxes: boxes.map((side) => 2 * side) }, 200);
    expect(doubled).toEqual(colorFeatures(image, { boxes }));
  });

  it("has zeros for boxes out of the frame, and for those that are none", () => {
    const odd = [200, 10, 220, 30, Number.NaN, 0, 5, 5, 0, 0, Number.POSITIVE_INFINITY, 9, 30, 30, 10, 10];
    const features = colorFeatures(frame(), { boxes: odd });
    expect(features.every(Number.isFinite)).toBe(true);
    expect(features.subarray(0, colorFeatureLength).every((value) => value === 0)).toBe(true);
  });

  it("refuses pixels of another size", () => {
    expect(() => colorFeatures({ data: new Uint8Array(7), width: 2, height: 2 }, { boxes: [] })).toThrow(
      "An RGB frame of 2 × 2 has 12 bytes, not 7.",
    );
  });
});
