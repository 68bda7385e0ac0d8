import { Random } from "@lookonce/random";
import { expectClose } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import {
  denormalizeBoxes,
  normalizeBoxes,
  normalizedXywhToXyxy,
  xywhToXyxy,
  xyxyToNormalizedXywh,
  xyxyToXywh,
} from "./formats.ts";

const size = { width: 200, height: 100 };

describe("box formats", () => {
  it("convert a box", () => {
    const corners = [10, 20, 50, 40];
    expect(Array.from(xyxyToXywh(corners))).toEqual([30, 30, 40, 20]);
    expect(Array.from(xywhToXyxy([30, 30, 40, 20]))).toEqual(corners);
    expectClose(xyxyToNormalizedXywh(corners, size), [0.15, 0.3, 0.2, 0.2], { abs: 1e-7 });
    expectClose(normalizedXywhToXyxy([0.15, 0.3, 0.2, 0.2], size), corners, { abs: 1e-5 });
    expectClose(normalizedXywhToXyxy([0.15, 0.3, 0.2, 0.2], size, [3, 7]), [13, 27, 53, 47], { abs: 1e-5 });
    expectClose(normalizeBoxes(corners, size), [0.05, 0.2, 0.25, 0.4], { abs: 1e-7 });
  });

  it("come back to themselves", () => {
    const rng = new Random("formats");
    const boxes = Float32Array.from({ length: 400 }, () => rng.uniform(-50, 250));
    expectClose(xywhToXyxy(xyxyToXywh(boxes)), boxes, { abs: 1e-4 });
    expectClose(normalizedXywhToXyxy(xyxyToNormalizedXywh(boxes, size), size), boxes, { abs: 1e-4 });
    expectClose(denormalizeBoxes(normalizeBoxes(boxes, size), size), boxes, { abs: 1e-4 });
  });

  it("leave what they are given alone", () => {
    const boxes = Float32Array.of(1, 2, 3, 4);
    xyxyToXywh(boxes);
    normalizeBoxes(boxes, size);
    expect(Array.from(boxes)).toEqual([1, 2, 3, 4]);
  });

  it.each([
    xyxyToXywh,
    xywhToXyxy,
    (boxes: number[]) => xyxyToNormalizedXywh(boxes, size),
    (boxes: number[]) => normalizedXywhToXyxy(boxes, size),
    (boxes: number[]) => normalizeBoxes(boxes, size),
  ])("refuse an incomplete row (%#)", (convert) => {
    expect(() => convert([1, 2, 3])).toThrow(/rows of 4 numbers/);
    expect(convert([]).length).toBe(0);
  });
});
