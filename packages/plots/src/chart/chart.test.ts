import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "@lookonce/random";
import { afterAll, describe, expect, it } from "vitest";
import { renderFigure, writePlot } from "./figure.ts";
import { countLabel } from "./heat.ts";
import { legendColumn, legendRows } from "./legend.ts";
import { drawLine } from "./lines.ts";
import { extentOf, makePanel, type PanelOptions } from "./panel.ts";
import { smoothed } from "./smooth.ts";
import { shorten, text, textWidth } from "./text.ts";

const folder = mkdtempSync(join(tmpdir(), "lookonce-plots-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("shorten", () => {
  it("leaves what fits, and cuts what does not to the room there is", () => {
    expect(shorten("cat", 100)).toBe("cat");
    for (const room of [30, 60, 120]) {
      const cut = shorten("a rather long name of a class", room);
      expect(cut.endsWith("…")).toBe(true);
      expect(textWidth(cut)).toBeLessThanOrEqual(room);
    }
    expect(shorten("wide", 0)).toBe("…");
  });
});

describe("text", () => {
  it("is paths only: no font is asked for", () => {
    expect(text("mAP@0.5", { x: 0, y: 0 })).toMatch(/^<path /);
    expect(text("", { x: 0, y: 0 })).toBe("");
  });
});

describe("smoothed", () => {
  it("keeps straight lines to their ends, and removes noise", () => {
    const line = Array.from({ length: 30 }, (_, i) => 3 - 0.1 * i);
    smoothed(line, 3).forEach((value, i) => {
      expect(value).toBeCloseTo(line[i] as number, 10);
    });
    const rng = new Random(5);
    const noise = Array.from({ length: 400 }, () => rng.uniform(-1, 1));
    const spread = (values: readonly number[]): number => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / 400);
    expect(spread(smoothed(noise, 3))).toBeLessThan(0.5 * spread(noise));
  });

  it("ignores NaN and leaves it where it is", () => {
    const values = smoothed([1, Number.NaN, 3, 4], 1);
    expect(values[1]).toBeNaN();
    expect(values[0]).toBeCloseTo(1, 10);
    expect(values[3]).toBeCloseTo(4, 10);
    expect(smoothed([7], 3)).toEqual([7]);
  });
});

describe("extentOf", () => {
  it("looks past what is not finite, and has room for a single value", () => {
    expect(extentOf([Number.NaN, 3, Number.POSITIVE_INFINITY, -1])).toEqual([-1, 3]);
    expect(extentOf([])).toEqual([0, 1]);
    expect(extentOf([5])).toEqual([4.5, 5.5]);
    expect(extentOf([0, 0])).toEqual([-0.5, 0.5]);
  });
});

describe("makePanel", () => {
  const outer = { x: 10, y: 20, width: 300, height: 200 };
  const options: PanelOptions = { title: "t", x: { domain: [0, 10] }, y: { domain: [0, 1] } };

  it("keeps its area in the rectangle, and makes room for wide ticks", () => {
    const narrow = makePanel(outer, options);
    const wide = makePanel(outer, { ...options, y: { domain: [0, 250_000], label: "loss" } });
    for (const { area } of [narrow, wide]) {
      expect(area.x).toBeGreaterThan(outer.x);
      expect(area.x + area.width).toBeLessThanOrEqual(outer.x + outer.width);
      expect(area.y + area.height).toBeLessThan(outer.y + outer.height);
    }
    expect(wide.area.x).toBeGreaterThan(narrow.area.x + 30);
    expect(narrow.x(0)).toBe(narrow.area.x);
    expect(narrow.y(0)).toBe(narrow.area.y + narrow.area.height);
  });

  it("has whole ticks for what is counted, and as few as there is room for", () => {
    const ticksOf = (x: PanelOptions["x"]): number =>
      (makePanel({ ...outer, width: 120 }, { ...options, title: "", x }).svg.match(/v5"/g) ?? []).length;
    expect(ticksOf({ domain: [1, 2], whole: true })).toBe(2);
    expect(ticksOf({ domain: [1_000_001, 1_000_002] })).toBeLessThanOrEqual(2);
    expect(ticksOf({ domain: [0, 10], bare: true })).toBe(0);
  });
});

describe("legends", () => {
  const entries = Array.from({ length: 6 }, (_, i) => ({
    name: `class ${i} with a name`,
    value: "0.873",
    color: "#123456",
  }));

  it("break lines, and keep values where names are cut", () => {
    expect(legendRows([], 300).height).toBe(0);
    const [one, many] = [legendRows(entries.slice(0, 1), 300), legendRows(entries, 300)];
    expect(many.height).toBeGreaterThanOrEqual(3 * one.height);
    const column = legendColumn(entries, 110);
    expect(column.width).toBeLessThanOrEqual(110);
    expect(column.width).toBeGreaterThan(27 + textWidth("… 0.873"));
  });
});

describe("drawLine", () => {
  it("goes on past what is not finite", () => {
    const panel = makePanel({ x: 0, y: 0, width: 100, height: 100 }, { x: { domain: [0, 3] }, y: { domain: [0, 1] } });
    const path = drawLine(panel, [[0, 0], [1, Number.NaN], [2, 1]], { color: "#000" }); // biome-ignore format: points
    expect(path.match(/M/g)).toHaveLength(1);
    expect(path).not.toContain("NaN");
    expect(drawLine(panel, [[0, Number.NaN]], { color: "#000" })).toBe("");
  });
});

describe("countLabel", () => {
  it.each([
    [7, "7"],
    [1234, "1,234"],
    [12_345, "12.3k"],
    [1_490_627, "1.49M"],
    [0.25, "0.25"],
  ])("writes %d as %s", (value, label) => {
    expect(countLabel(value)).toBe(label);
  });
});

describe("renderFigure and writePlot", () => {
  it("makes equal bytes of equal figures, of the size asked for", async () => {
    const make = (): Promise<Uint8Array> => renderFigure({ width: 120, height: 50 }, [], { title: "a title" });
    const [png, again] = await Promise.all([make(), make()]);
    expect(again).toEqual(png);
    const view = new DataView(png.buffer, png.byteOffset);
    expect([view.getUint32(16), view.getUint32(20)]).toEqual([240, 100]);
    await expect(renderFigure({ width: 1, height: 1 }, [], { pixelRatio: 0 })).rejects.toThrow("pixelRatio");
  });

  it("writes into new folders and leaves nothing half written", async () => {
    const png = await renderFigure({ width: 10, height: 10 }, [], {});
    await writePlot(join(folder, "a", "b", "plot.png"), png);
    expect(new Uint8Array(readFileSync(join(folder, "a", "b", "plot.png")))).toEqual(png);
    expect(readdirSync(join(folder, "a", "b"))).toEqual(["plot.png"]);
    await expect(writePlot(join(folder, "a", "b", "plot.png", "x.png"), png)).rejects.toThrow("cannot write ");
  });
});
