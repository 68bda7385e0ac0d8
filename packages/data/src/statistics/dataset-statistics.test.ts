import { expectClose } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import type { DatasetEntry } from "../labels.ts";
import { datasetStatistics } from "./dataset-statistics.ts";

function entry(width: number, classes: number[], boxes: number[]): DatasetEntry {
  return { path: "", width, height: 100, classes: Int32Array.from(classes), boxes: Float32Array.from(boxes) };
}

describe("datasetStatistics", () => {
  it("counts classes, objects, boxes and sizes", () => {
    const entries = [
      entry(200, [1, 1, 0], [0.5, 0.5, 0.1, 0.2, 0.25, 0.75, 0.3, 0.5, 0.5, 0.5, 0.5, 1]),
      entry(100, [], []),
      entry(200, [1], [0.5, 0.5, 0.6, 0.8]),
    ];
    const { boxes, ...statistics } = datasetStatistics({ entries, names: ["cat", "dog", "owl"] });
    expect(statistics).toEqual({
      images: 3,
      instances: 4,
      background: 1,
      classes: [
        { label: 0, name: "cat", instances: 1, images: 1 },
        { label: 1, name: "dog", instances: 3, images: 2 },
        { label: 2, name: "owl", instances: 0, images: 0 },
      ],
      objectsPerImage: [1, 1, 0, 1],
      // 20 × 20, 60 × 50, 100 × 100 and 120 × 80 pixels
      areas: { small: 1, medium: 1, large: 2 },
      sizes: [
        { width: 200, height: 100, images: 2 },
        { width: 100, height: 100, images: 1 },
      ],
    });
    expect([...boxes.labels]).toEqual([1, 1, 0, 1]);
    expectClose(boxes.centers, [0.5, 0.5, 0.25, 0.75, 0.5, 0.5, 0.5, 0.5], { abs: 1e-7 });
    expectClose(boxes.sizes, [0.1, 0.2, 0.3, 0.5, 0.5, 1, 0.6, 0.8], { abs: 1e-7 });
  });
});
