import type { BatchSample } from "@lookonce/data";
import { type DetectionScores, detect, familyOf } from "@lookonce/families";
import type { Prediction } from "@lookonce/geometry";
import { expectClose } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { scoreBatch } from "./score-batch.ts";

const nms = { conf: 0.001, iou: 0.7, maxDet: 300 };

/** An image of 200 × 100 pixels in a canvas of 128 × 96. */
const sample: BatchSample = {
  index: 0,
  path: "a.jpg",
  originalWidth: 200,
  originalHeight: 100,
  ratio: [0.64, 0.64],
  padding: [0, 16],
  boxes: Float32Array.of(10, 20, 60, 50, 70, 30, 120, 70),
  classes: Int32Array.of(1, 0),
};

/** A prediction of exactly these boxes, [1, 2, 4 + 2] or with objectness [1, 2, 5 + 2]. */
function exact(family: "v5" | "v8", shift = 0): Prediction {
  const rows = [0, 1].map((i) => {
    const [x1, y1, x2, y2] = [...sample.boxes.subarray(i * 4, i * 4 + 4)] as [number, number, number, number];
    const classes = sample.classes[i] === 0 ? [0.9, 0] : [0, 0.8];
    return [(x1 + x2) / 2 + shift, (y1 + y2) / 2, x2 - x1, y2 - y1, ...{ v5: [1], v8: [] }[family], ...classes];
  });
  const { hasObjectness } = familyOf(family);
  return { data: Float32Array.from(rows.flat()), shape: [1, 2, hasObjectness ? 7 : 6], layout: "NAC", hasObjectness };
}

function score(
  prediction: Prediction,
  { clipsBoxes = true, ...more }: { multiLabel?: boolean; clipsBoxes?: boolean } = {},
): DetectionScores {
  const metrics = detect.createMetrics(["a", "b"]);
  scoreBatch([prediction], [sample], { task: detect, metrics, nms: { ...nms, ...more }, clipsBoxes });
  return metrics.result();
}

describe("scoreBatch", () => {
  it.each(["v5", "v8"] as const)("scores a perfect %s prediction as perfect", (family) => {
    const { map50, map50_95, recall } = score(exact(family));
    expectClose([map50, map50_95, recall], [0.995, 0.995, 1], { abs: 1e-9 });
  });

  it("scores boxes that are off lower at high overlaps only", () => {
    const { map50, map50_95 } = score(exact("v8", 8));
    expect(map50).toBeCloseTo(0.995, 9);
    // Overlap (50 − 8) / (50 + 8) = 0.72: right at 0.50 … 0.70, wrong at 0.75 … 0.95.
    expect(map50_95).toBeCloseTo(0.995 / 2, 9);
  });

  it("cuts boxes off at the image's border, or does not, as the family's release", () => {
    const beyond = exact("v8");
    // It reaches above the image, whose first row is 16 of the canvas: cut off there it is the label
    beyond.data.set([35, 20, 50, 60], 0);
    const label = { boxes: Float32Array.of(10, 16, 60, 50), classes: Int32Array.of(1) };
    const scoreOf = (clipsBoxes: boolean): number => {
      const metrics = detect.createMetrics(["a", "b"]);
      scoreBatch([beyond], [{ ...sample, ...label }], { task: detect, metrics, nms, clipsBoxes });
      return metrics.result().map50_95;
    };
    expect(scoreOf(true)).toBeCloseTo(0.995, 9);
    expect(scoreOf(false)).toBeLessThan(0.2);
  });

  it("counts a box for each likely class, or for its likeliest alone", () => {
    const unsure = exact("v8");
    // The first box shows class 1, which comes second
    unsure.data.set([0.9, 0.4], 4);
    expect(score(unsure).recall).toBe(1);
    expect(score(unsure, { multiLabel: false }).recall).toBe(0.5);
  });
});
