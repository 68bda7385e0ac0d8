import { makeDetections } from "@lookonce/geometry";
import { describe, expect, it } from "vitest";
import { cocoCategories, cocoDetections } from "./coco-detections.ts";

const found = makeDetections([10.12345, 20, 30.5, 60.00049], [0.123456], [79]);

describe("cocoDetections", () => {
  it("writes left, top, width and height to a thousandth, and the score to five decimals", () => {
    expect(cocoDetections("images/000000000139.jpg", found)).toEqual([
      { image_id: 139, category_id: 79, bbox: [10.123, 20, 20.377, 40], score: 0.12346 },
    ]);
  });

  it("uses the categories' numbers from COCO's annotations when asked", () => {
    const [one] = cocoDetections("a.jpg", found, { categories: cocoCategories });
    expect(one?.category_id).toBe(90);
  });

  it.each([
    ["C:\\images\\0042.png", 42],
    ["street.v2.jpg", "street.v2"],
    ["12a.jpg", "12a"],
    ["12345678901234567890.jpg", "12345678901234567890"],
    [".7", ".7"],
  ])("calls %s %s", (path, id) => {
    expect(cocoDetections(path, found)[0]?.image_id).toBe(id);
  });

  it("returns nothing for nothing", () => {
    expect(cocoDetections("1.jpg", makeDetections([], [], []))).toEqual([]);
  });
});

describe("cocoCategories", () => {
  it("has a number for each of 80 classes: person 1, bicycle 2, stop sign 13, toothbrush 90", () => {
    expect(cocoCategories).toHaveLength(80);
    expect(new Set(cocoCategories).size).toBe(80);
    expect([0, 1, 11, 79].map((label) => cocoCategories[label])).toEqual([1, 2, 13, 90]);
  });
});
