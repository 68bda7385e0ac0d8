import { describe, expect, it } from "vitest";
import { pointsOf } from "../chart/result-charts.ts";
import { parseCsv } from "./parse-csv.ts";

describe("parseCsv", () => {
  it("reads rows, with null where nothing was measured, and no line that is still being written", () => {
    const table = parseCsv("epoch, train/box_loss,metrics/mAP50(B)\n1,2.5,\n2,1.5,0.25\n3,1.\n");
    expect(table).toEqual({
      columns: ["epoch", "train/box_loss", "metrics/mAP50(B)"],
      rows: [
        [1, 2.5, null],
        [2, 1.5, 0.25],
      ],
    });
    expect(pointsOf(table, "metrics/mAP50(B)")).toEqual([[2, 0.25]]);
    expect(pointsOf(table, "no such column")).toEqual([]);
  });
});
