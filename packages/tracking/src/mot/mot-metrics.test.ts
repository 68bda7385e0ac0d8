import { readFileSync } from "node:fs";
import { describeShared, sharedPath } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { MotMetrics, type MotScores } from "./mot-metrics.ts";
import { parseMot } from "./mot-rows.ts";

/** From motmetrics 1.4.0 (IoU distance, 0.5) and trackeval 1.3.0, run on the same files. */
const references: Record<string, MotScores> = {
  "TUD-Campus": {
    ...{ mota: 0.526462396, motp: 0.277201085, idf1: 0.557659208, idp: 0.72972973, idr: 0.451253482 },
    ...{ hota: 0.391397438, deta: 0.41804703, assa: 0.369120681, loca: 0.770052227 },
    ...{ objects: 359, misses: 150, falsePositives: 13, switches: 7, fragmentations: 7 },
  },
  "TUD-Stadtmitte": {
    ...{ mota: 0.564013841, motp: 0.345904296, idf1: 0.644619423, idp: 0.81975968, idr: 0.531141869 },
    ...{ hota: 0.397849017, deta: 0.392267572, assa: 0.408840752, loca: 0.737521177 },
    ...{ objects: 1156, misses: 452, falsePositives: 45, switches: 7, fragmentations: 6 },
  },
  both: {
    ...{ mota: 0.555115512, motp: 0.330177054, idf1: 0.624296058, idp: 0.799176107, idr: 0.512211221 },
    ...{ hota: 0.399957091, deta: 0.397683291, assa: 0.41244953, loca: 0.732480258 },
    ...{ objects: 1515, misses: 602, falsePositives: 58, switches: 14, fragmentations: 13 },
  },
};

function expectScores(actual: MotScores, expected: MotScores): void {
  for (const key of Object.keys(expected) as (keyof MotScores)[]) {
    expect(Math.abs(actual[key] - expected[key]), `${key}: ${actual[key]} for ${expected[key]}`).toBeLessThan(1e-6);
  }
}

const sequences = ["TUD-Campus", "TUD-Stadtmitte"];
const paths = sequences.flatMap((name) => [`data/mot/${name}/gt.txt`, `data/mot/${name}/test.txt`]);

describeShared("scores of published sequences", paths, () => {
  const read = (path: string) => parseMot(readFileSync(sharedPath(path), "utf8"), path);
  const scores = (names: readonly string[]) => {
    const metrics = new MotMetrics();
    for (const name of names) metrics.add(read(`data/mot/${name}/gt.txt`), read(`data/mot/${name}/test.txt`));
    return metrics.result();
  };

  it.each(sequences)("%s", (name) => expectScores(scores([name]), references[name]!));
  it("both together", () => expectScores(scores(sequences), references.both!));
});

/** Rows of boxes of 10 × 10: `[frame, id, left]`. */
function rows(...lines: [frame: number, id: number, left: number][]) {
  return parseMot(lines.map(([frame, id, left]) => `${frame},${id},${left},0,10,10,1,-1,-1,-1`).join("\n"), "rows");
}

function score(truth: ReturnType<typeof rows>, tracked: ReturnType<typeof rows>): MotScores {
  const metrics = new MotMetrics();
  metrics.add(truth, tracked);
  return metrics.result();
}

describe("MotMetrics", () => {
  it("is perfect for the truth under other numbers", () => {
    const { mota, motp, idf1, hota, switches } = score(rows([1, 1, 0], [2, 1, 5]), rows([1, 9, 0], [2, 9, 5]));
    // A millionth below 1: geometry's IoU has an epsilon
    expect([mota, idf1, hota, switches]).toEqual([1, 1, expect.closeTo(1, 6), 0]);
    expect(motp).toBeCloseTo(0, 6);
  });

  it("counts a switch after a gap, and the gap as a fragmentation", () => {
    const truth = rows([1, 1, 0], [2, 1, 0], [3, 1, 0], [4, 1, 0]);
    const tracked = rows([1, 5, 0], [3, 6, 0], [4, 6, 0]);
    const { switches, fragmentations, misses, mota, idf1 } = score(truth, tracked);
    expect({ switches, fragmentations, misses }).toEqual({ switches: 1, fragmentations: 1, misses: 1 });
    expect(mota).toBeCloseTo(1 - 2 / 4);
    expect(idf1).toBeCloseTo((2 * 2) / 7);
  });

  it("keeps a pair of before, although another box is nearer", () => {
    const { switches, falsePositives } = score(rows([1, 1, 0], [2, 1, 0]), rows([1, 5, 0], [2, 5, 2], [2, 6, 0]));
    expect({ switches, falsePositives }).toEqual({ switches: 0, falsePositives: 1 });
  });

  it("returns numbers without truth, without tracks and without both", () => {
    for (const [truth, tracked] of [
      [rows(), rows()],
      [rows([1, 1, 0]), rows()],
      [rows(), rows([1, 1, 0])],
    ] as const) {
      expect(Object.values(score(truth, tracked)).every(Number.isFinite)).toBe(true);
    }
    expect(score(rows([1, 1, 0]), rows()).mota).toBe(0);
  });
});

describe("parseMot", () => {
  it("leaves out rows of confidence 0 and empty lines", () => {
    const { frames, ids, boxes } = parseMot("1,2,3,4,5,6,1\r\n\n2, 2, 3, 4, 5, 6, 0\n3,2,3.5,4,5,6", "gt.txt");
    expect([...frames]).toEqual([1, 3]);
    expect([...ids]).toEqual([2, 2]);
    expect([...boxes]).toEqual([3, 4, 8, 10, 3.5, 4, 8.5, 10]);
  });

  it.each([
    ["1,2,3,4,5,6\n1,2,3", 'gt.txt, line 2: expected "frame, id, left'],
    ["1,2,3,4,5,x", "line 1"],
    ["1,2,3,4,,6", "line 1"],
    ["1.5,2,3,4,5,6", "line 1"],
    ["1,2,3,4,0,6", "line 1"],
    ["1,2,3,4,5,6\n1,2,30,4,5,6", "gt.txt, line 2: identity 2 is in frame 1 already (line 1)"],
  ])("refuses %j", (text, message) => {
    expect(() => parseMot(text, "gt.txt")).toThrow(message);
  });
});
