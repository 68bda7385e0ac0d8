import { describe, expect, it } from "vitest";
import { labelShapes } from "./label-shapes.ts";

describe("labelShapes", () => {
  const classes = Int32Array.of(0, 1);

  it("draws outlines as masks, one for each object", () => {
    const polygons = [Float32Array.of(1, 1, 5, 1, 3, 4), Float32Array.of(6, 6, 9, 6, 8, 9)];
    expect(labelShapes({ classes, polygons })).toEqual({ masks: [[polygons[0]], [polygons[1]]] });
  });

  it("draws oriented boxes, and not the outlines that they came from", () => {
    const rotated = Float32Array.of(10, 20, 4, 2, Math.PI / 2, 5, 5, 2, 2, 0.1);
    const shapes = labelShapes({ classes, rotated, polygons: [new Float32Array(8), new Float32Array(8)] });
    expect(Object.keys(shapes)).toEqual(["rotated"]);
    // The width of 4 goes down
    const corners = shapes.rotated?.subarray(0, 8) ?? [];
    expect(Math.max(...corners.filter((_, i) => i % 2 === 1))).toBeCloseTo(22, 4);
    expect(Math.max(...corners.filter((_, i) => i % 2 === 0))).toBeCloseTo(11, 4);
  });

  it("draws the keypoints that each object has, and nothing of an image without objects", () => {
    const keypoints = Float32Array.of(1, 2, 2, 3, 4, 0, 5, 6, 1, 7, 8, 2);
    expect(labelShapes({ classes, keypoints })).toEqual({ keypoints: { data: keypoints, shape: [2, 3] } });
    expect(labelShapes({ classes: new Int32Array(0), keypoints: new Float32Array(0) })).toEqual({});
    expect(labelShapes({ classes })).toEqual({});
  });
});
