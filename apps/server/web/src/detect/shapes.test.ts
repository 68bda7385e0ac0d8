import { describe, expect, it } from "vitest";
import type { FoundBox } from "../api/types.ts";
import { isSeen, limbsOf, outlineOf } from "./shapes.ts";

const box: FoundBox = { x1: 0, y1: 0, x2: 9, y2: 9, confidence: 0.9, class: 0, name: "a" };

describe("outlineOf", () => {
  it("is a mask's outline or a turned box's corners, and nothing for upright boxes", () => {
    expect(outlineOf({ ...box, segments: { x: [1, 2, 3], y: [4, 5, 6] } })).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
    const corners: [number, number][] = [
      [5, 0],
      [9, 5],
      [5, 9],
      [0, 5],
    ];
    expect(outlineOf({ ...box, obb: { x: 5, y: 5, width: 6, height: 6, angle: 0.8, corners } })).toBe(corners);
    expect(outlineOf(box)).toEqual([]);
  });
});

describe("limbsOf", () => {
  const points = (count: number, visible?: number[]) => {
    const x = Array.from({ length: count }, (_, i) => i + 1);
    return { x, y: x, ...(visible && { visible }) };
  };

  it("joins those of a person's points that are seen", () => {
    expect(limbsOf(points(17))).toHaveLength(19);
    const visible = Array.from({ length: 17 }, (_, k) => (k === 0 ? 0.1 : 0.9));
    const lines = limbsOf(points(17, visible));
    expect(lines).toHaveLength(17);
    expect(lines.every(({ ends }) => !ends.includes(0))).toBe(true);
    expect(limbsOf(points(4))).toEqual([]);
  });

  it("reads a point at 0, 0 as one that is not there, where there are no visibilities", () => {
    expect(isSeen({ x: [0, 1], y: [0, 0] }, 0)).toBe(false);
    expect(isSeen({ x: [0, 1], y: [0, 0] }, 1)).toBe(true);
  });
});
