import { describe, expect, it } from "vitest";
import { chartPlans, pointsOf } from "./result-charts.ts";

describe("pointsOf", () => {
  it("leaves out what was not measured, and columns that there are not", () => {
    const table = {
      columns: ["epoch", "train/box_loss", "metrics/mAP50(B)"],
      rows: [
        [1, 2.5, null],
        [2, 1.5, 0.25],
      ],
    };
    expect(pointsOf(table, "metrics/mAP50(B)")).toEqual([[2, 0.25]]);
    expect(pointsOf(table, "no such column")).toEqual([]);
  });
});

describe("chartPlans", () => {
  const titles = (...columns: string[]): string[] => chartPlans(columns).map(({ title }) => title);

  it("shows what a task's columns are, scores before losses", () => {
    expect(titles("train/seg_loss", "val/seg_loss", "metrics/mAP50(B)", "metrics/mAP50(M)")).toEqual([
      "Average precision",
      "Average precision of masks",
      "Mask loss",
    ]);
    expect(titles("train/pose_loss", "train/kobj_loss", "metrics/recall(P)")).toEqual([
      "Precision and recall of keypoints",
      "Keypoint loss",
      "Visibility loss",
    ]);
  });

  it("shows a classifier's accuracy and its loss, which has no part", () => {
    const plans = chartPlans(["train/loss", "val/loss", "metrics/accuracy_top1", "metrics/accuracy_top5"]);
    expect(plans.map(({ title }) => title)).toEqual(["Accuracy", "Loss"]);
    expect(plans[1]?.columns).toEqual({ "train/loss": "training", "val/loss": "validation" });
  });
});
