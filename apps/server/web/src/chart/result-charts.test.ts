import { describe, expect, it } from "vitest";
import { pointsOf } from "./result-charts.ts";

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
