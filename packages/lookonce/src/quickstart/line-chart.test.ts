import { describe, expect, it } from "vitest";
import { drawCharts } from "./line-chart.ts";

describe("drawCharts", () => {
  it("draws a point an epoch, the largest value inside the panel", () => {
    const svg = drawCharts([{ title: "losses", series: [{ name: "box", values: [3, 2, 1] }] }]);
    const points =
      /points="([^"]+)"/
        .exec(svg)?.[1]
        ?.split(" ")
        .map((point) => point.split(",").map(Number)) ?? [];
    expect(points).toHaveLength(3);
    const ys = points.map(([, y]) => y as number);
    expect(ys[0]).toBeLessThan(ys[1] as number);
    expect(ys[1]).toBeLessThan(ys[2] as number);
    expect(ys[0]).toBeGreaterThanOrEqual(58);
    expect(ys[2]).toBeLessThanOrEqual(260);
  });

  it("ends the axis where it is told, with round ticks", () => {
    const svg = drawCharts([{ title: "mAP", top: 1, series: [{ name: "mAP50", values: [0.1, 0.25] }] }]);
    const labels = [...svg.matchAll(/text-anchor="end">([\d.]+)</g)].map((match) => match[1]);
    expect(labels).toEqual(["0", "0.2", "0.4", "0.6", "0.8", "1", "2"]);
  });

  it("keeps names from breaking the file", () => {
    expect(drawCharts([{ title: "a<b&c", series: [] }])).toContain("a&lt;b&amp;c");
  });
});
