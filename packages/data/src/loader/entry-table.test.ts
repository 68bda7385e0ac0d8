import { describe, expect, it } from "vitest";
import type { DatasetEntry } from "../labels.ts";
import { entryAt, packEntries } from "./entry-table.ts";

const entry = (path: string, classes: number[], polygons?: number[][]): DatasetEntry => ({
  ...{ path, width: 10 + path.length, height: 7, classes: Int32Array.from(classes) },
  boxes: Float32Array.from(classes.flatMap((label) => [0.5, 0.25, label / 16, 0.125])),
  ...(polygons === undefined ? {} : { polygons: polygons.map((points) => Float32Array.from(points)) }),
});

describe("an entry table", () => {
  it("unpacks what was packed, in memory of its own", () => {
    const entries = [
      entry("/a/ä€.jpg", [3, 1], [[0, 0.5, 1, 0.25], []]),
      entry("/b", []),
      entry("/c d.png", [2]),
      entry("/e", [4, 5], [[], [0.125, 0.25, 0.5, 0.75, 1, 1]]),
    ];
    const table = packEntries(entries);
    expect(entries.map((_, i) => entryAt(table, i))).toEqual(entries);
    expect(table.boxes.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(entryAt(table, 3).boxes.buffer).toBeInstanceOf(ArrayBuffer);
  });

  it("knows no polygons where nobody has any", () => {
    const entries = [entry("/a", [1]), entry("/b", [2])];
    expect(packEntries(entries).polygons).toBeUndefined();
    expect(entryAt(packEntries(entries), 1)).toEqual(entries[1]);
  });
});
