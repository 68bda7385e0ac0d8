import { Random } from "@lookonce/random";
import { expectClose } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { clipBoxes, scaleBoxes } from "./scale.ts";

describe("clipBoxes", () => {
  it("moves corners to the image", () => {
    expect(Array.from(clipBoxes([-5, 3, 120, 60, 10, -1, 20, 49], { width: 100, height: 50 }))).toEqual([
      0, 3, 100, 50, 10, 0, 20, 49,
    ]);
  });

  it("changes nothing the second time", () => {
    const rng = new Random("clip");
    const boxes = Float32Array.from({ length: 80 }, () => rng.uniform(-100, 300));
    const once = clipBoxes(boxes, { width: 200, height: 100 });
    expect(clipBoxes(once, { width: 200, height: 100 })).toEqual(once);
  });
});

describe("scaleBoxes", () => {
  const letterboxing = { ratio: [0.5, 0.5], padding: [0, 80] } as const;
  const size = { width: 1280, height: 960 };

  it("undoes the letterbox", () => {
    const original = [100, 50, 640, 900];
    const network = original.map((value, i) => value * 0.5 + (i % 2 === 0 ? 0 : 80));
    expectClose(scaleBoxes(network, letterboxing, size), original, { abs: 1e-4 });
  });

  it("clips to the original image", () => {
    expect(Array.from(scaleBoxes([-3, 0, 700, 640], letterboxing, size))).toEqual([0, 0, 1280, 960]);
  });

  it("uses different ratios for the two axes", () => {
    expect(Array.from(scaleBoxes([10, 10, 20, 20], { ratio: [2, 5], padding: [0, 0] }, size))).toEqual([5, 2, 10, 4]);
  });

  it("refuses a ratio that is not positive", () => {
    expect(() => scaleBoxes([0, 0, 1, 1], { ratio: [0, 1], padding: [0, 0] }, size)).toThrow(/ratio must be two/);
  });
});
