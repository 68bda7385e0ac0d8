import type { BatchSample } from "@lookonce/data";
import type { Prediction } from "@lookonce/geometry";
import { describe, expect, it } from "vitest";
import { type PoseDetections, pose } from "./pose.ts";

const options = { conf: 0.25, iou: 0.7, maxDet: 10 };

/** A box of 20 × 20 around (16, 16) with two points. */
const prediction: Prediction = {
  data: Float32Array.of(16, 16, 20, 20, 0.9, 10, 12, 0.8, 22, 40, 0.3),
  shape: [1, 1, 11],
  layout: "NAC",
  hasObjectness: false,
  extras: 6,
  keypointShape: [2, 3],
};

const found = (): PoseDetections => pose.postprocess(prediction, options)[0] as PoseDetections;

const sample: BatchSample = {
  ...{ index: 0, path: "a.png", originalWidth: 32, originalHeight: 32, ratio: [1, 1], padding: [0, 0] },
  ...{ boxes: Float32Array.of(6, 6, 26, 26), classes: Int32Array.of(0) },
  keypoints: Float32Array.of(10, 12, 2, 22, 30, 0),
};

describe("pose", () => {
  it("moves points to the image, clipped, by the padding that was not rounded when it predicts", () => {
    // 20 × 19 in 32 × 32: enlarged by 1.6, 0.8 above, of which 1 is drawn
    const size = { width: 20, height: 19 };
    const letterboxing = { ratio: [1.6, 1.6], padding: [0, 1] } as const;
    const predicted = pose.toImage(found(), { ...letterboxing, inputSize: { width: 32, height: 32 } }, size);
    const points = [10 / 1.6, (12 - 0.8) / 1.6, 0.8, 22 / 1.6, 19, 0.3];
    points.forEach((value, i) => {
      expect(predicted.keypoints[i]).toBeCloseTo(value, 4);
    });
    const validated = pose.toImage(found(), letterboxing, size);
    expect(validated.keypoints[1]).toBeCloseTo(11 / 1.6, 4);
    expect([...predicted.boxes]).toEqual([...validated.boxes]);
    expect(pose.entries(predicted, size).keypoints).toMatchObject({ count: 1, shape: [2, 3] });
  });

  it("scores points by the labeled ones alone, beside boxes", () => {
    const metrics = pose.createMetrics(["a"]);
    metrics.add(pose.toImage(found(), { ratio: [1, 1], padding: [0, 0] }, { width: 32, height: 32 }), sample);
    const scores = metrics.result();
    expect(scores.pose.map50_95).toBeCloseTo(0.995, 3);
    expect(scores.fitness).toBeCloseTo(2 * 0.995, 3);
    const far = pose.createMetrics(["a"]);
    const keypoints = Float32Array.of(30, 30, 2, 22, 30, 0);
    far.add(pose.toImage(found(), { ratio: [1, 1], padding: [0, 0] }, { width: 32, height: 32 }), {
      ...sample,
      keypoints,
    });
    expect(far.result().pose.map50).toBe(0);
    expect(far.result().map50).toBeCloseTo(0.995, 3);
  });

  it("has columns and curves of both", async () => {
    const scores = pose.createMetrics(["a"]).result();
    expect(Object.keys(pose.columns(scores)).slice(4)).toEqual([
      ...["metrics/precision(P)", "metrics/recall(P)", "metrics/mAP50(P)", "metrics/mAP50-95(P)"],
    ]);
    const files = (await pose.plots(scores, ["a"])).map(([file]) => file);
    expect(files.filter((file) => file.startsWith("Pose"))).toHaveLength(4);
  });
});
