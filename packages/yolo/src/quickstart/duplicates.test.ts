import type { PlainBox } from "@lookonce/inference";
import { describe, expect, it } from "vitest";
import { countDuplicates } from "./duplicates.ts";

const box = (x1: number, number: number, confidence: number): PlainBox => {
  return { x1, y1: 0, x2: x1 + 10, y2: 10, confidence, class: number, name: String(number) };
};

describe("countDuplicates", () => {
  it("counts what overlaps a likelier detection of its class, once each", () => {
    // IoU 0.82 of neighbors, 0.67 of the outer two.
    expect(countDuplicates([[box(0, 1, 0.5), box(1, 1, 0.9), box(2, 1, 0.7)]])).toEqual({
      detections: 3,
      duplicates: 2,
    });
    expect(countDuplicates([[box(0, 1, 0.5), box(2, 1, 0.7)], [box(0, 1, 0.9)]])).toEqual({
      detections: 3,
      duplicates: 0,
    });
  });

  it("leaves other classes and other images out", () => {
    expect(countDuplicates([[box(0, 1, 0.5), box(0, 2, 0.9)], [box(0, 1, 0.9)]])).toMatchObject({ duplicates: 0 });
    expect(countDuplicates([])).toEqual({ detections: 0, duplicates: 0 });
  });
});
