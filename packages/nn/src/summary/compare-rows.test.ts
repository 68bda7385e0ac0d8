import { describe, expect, it } from "vitest";
import {
  type ComparedRow,
  compareRows,
  DetectionModel,
  readModelConfig,
  type SummaryRow,
  summarize,
} from "../index.ts";

const rowsOf = (name: string): SummaryRow[] => summarize(new DetectionModel(readModelConfig(name))).modules;
const pairs = (rows: ComparedRow[]): string[] =>
  rows.map(({ left, right, same }) => `${left?.index ?? "-"} ${right?.index ?? "-"} ${same ? "=" : "≠"}`);

describe("compareRows", () => {
  it("finds a model like itself, row by row", () => {
    const rows = rowsOf("yolov8n");
    const compared = compareRows(rows, rows);
    expect(compared.every(({ left, right, same }) => same && left === right)).toBe(true);
    expect(compared).toHaveLength(rows.length);
  });

  it("sets what P2 adds apart and keeps the rest in step", () => {
    const [plain, p2] = [rowsOf("yolov8x"), rowsOf("yolov8x-p2")];
    const compared = compareRows(plain, p2);
    expect(pairs(compared).slice(0, 16)).toEqual(Array.from({ length: 16 }, (_, i) => `${i} ${i} =`));
    expect(compared.filter(({ left, right }) => left === undefined && right !== undefined)).toHaveLength(6);
    expect(compared.filter(({ right }) => right === undefined)).toEqual([]);
    expect(pairs(compared).at(-1)).toBe("22 28 ≠");
  });

  it("keeps every row of both models, in order", () => {
    const [a, b] = [rowsOf("yolov5s"), rowsOf("yolov8s")];
    const compared = compareRows(a, b);
    expect(compared.flatMap(({ left }) => left ?? [])).toEqual(a);
    expect(compared.flatMap(({ right }) => right ?? [])).toEqual(b);
    expect(pairs(compared)[2]).toBe("2 2 ≠");
    expect(compareRows([], b).map(({ right }) => right)).toEqual(b);
  });
});
