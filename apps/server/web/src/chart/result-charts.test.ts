import { describe, expect, it } from "vitest";
import { chartPlans, pointsOf, seriesOf } from "./result-charts.ts";

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

  it("shows the learning rates of all groups, those that are equal as one line", () => {
    const columns = ["epoch", "lr/pg0", "lr/pg1", "lr/pg2", "lr/pg10"];
    const rows = [
      [1, 0.3, 0.1, 0.1, 0.3],
      [2, 0.2, 0.2, 0.2, 0.2],
    ];
    const [plan] = chartPlans(columns);
    const lines = plan === undefined ? [] : seriesOf({ columns, rows }, plan);
    expect(plan?.title).toBe("Learning rate");
    expect(lines.map(({ name }) => name)).toEqual(["pg0, pg10", "pg1, pg2"]);
    expect(new Set(lines.map(({ color }) => color)).size).toBe(2);
    expect(lines[1]?.points).toEqual([[1, 0.1], [2, 0.2]]); // biome-ignore format: one line
    const before = plan === undefined ? [] : seriesOf({ columns, rows: [] }, plan);
    expect(before).toHaveLength(4);
  });

  it("shows a classifier's accuracy and its loss, which has no part", () => {
    const plans = chartPlans(["train/loss", "val/loss", "metrics/accuracy_top1", "metrics/accuracy_top5"]);
    expect(plans.map(({ title }) => title)).toEqual(["Accuracy", "Loss"]);
    expect(plans[1]?.columns).toEqual({ "train/loss": "training", "val/loss": "validation" });
  });
});
