import { Random } from "@lookonce/random";
import { describeGolden, expectClose, goldenJson, goldenTensors } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { xyxyToXywh } from "./formats.ts";
import { bboxIoa, boxIou, type IouKind, iouMatrix, pairwiseIou } from "./iou.ts";

const kinds: IouKind[] = ["iou", "giou", "diou", "ciou"];

/** Degenerate rows (points, lines) get a wider tolerance. */
const DEGENERATE = { from: 6, to: 11 };

describeGolden("overlap", ["v8/boxes/iou.safetensors", "v8/boxes/iou_nan_rows.json"], () => {
  const tensors = goldenTensors("v8/boxes/iou.safetensors");
  const nanRows = goldenJson("v8/boxes/iou_nan_rows.json") as Record<string, number[]>;

  describe.each(["xyxy", "xywh"] as const)("of %s rows", (format) => {
    it.each(kinds)("%s", (kind) => {
      const name = `${kind}_${format}`;
      const actual = pairwiseIou(tensors[`box1_${format}`]!.data, tensors[`box2_${format}`]!.data, { kind, format });
      const expected = tensors[name]!.data.slice();
      expect(actual.every(Number.isFinite)).toBe(true);
      for (const row of nanRows[name] ?? []) {
        expect(expected[row]).toBeNaN();
        expected[row] = actual[row]!;
      }
      const { from, to } = DEGENERATE;
      expectClose(actual.subarray(from, to), expected.subarray(from, to), { abs: 1e-4 });
      expectClose(actual.subarray(0, from), expected.subarray(0, from), { abs: 1e-5 });
      expectClose(actual.subarray(to), expected.subarray(to), { abs: 1e-5 });
    });
  });

  it("of all pairs", () => {
    const a = tensors.box1_xyxy!.data.slice(0, 32 * 4);
    const b = tensors.box2_xyxy!.data.slice(0, 24 * 4);
    expectClose(iouMatrix(a, b), tensors.box_iou_matrix!.data, { abs: 1e-5 });
    expectClose(bboxIoa(a, b), tensors.bbox_ioa_matrix!.data, { abs: 1e-5 });
  });
});

function randomBoxes(rng: Random, count: number): number[] {
  return Array.from({ length: count }, () => {
    const [x, y] = [rng.uniform(0, 100), rng.uniform(0, 100)];
    return [x, y, x + rng.uniform(1, 60), y + rng.uniform(1, 60)];
  }).flat();
}

describe("overlap by hand", () => {
  it("two squares that share a quarter of each", () => {
    // Intersection 1, union 7; enclosing square 9; centers √2 apart in an enclosing square with diagonal √18.
    const a = [0, 0, 2, 2];
    const b = [1, 1, 3, 3];
    expect(boxIou(a, b)).toBeCloseTo(1 / 7, 9);
    expect(pairwiseIou(a, b)[0]).toBeCloseTo(1 / 7, 6);
    expect(pairwiseIou(a, b, { kind: "giou" })[0]).toBeCloseTo(1 / 7 - 2 / 9, 6);
    expect(pairwiseIou(a, b, { kind: "diou" })[0]).toBeCloseTo(1 / 7 - 1 / 9, 6);
    expect(pairwiseIou(a, b, { kind: "ciou" })[0]).toBeCloseTo(1 / 7 - 1 / 9, 6);
    expect(bboxIoa(a, [1, 1, 2, 2])[0]).toBeCloseTo(1, 6);
  });

  it("is 0 for boxes apart and for points", () => {
    expect(boxIou([0, 0, 1, 1], [2, 2, 3, 3])).toBe(0);
    expect(boxIou([1, 1, 1, 1], [1, 1, 1, 1])).toBe(0);
    expect(Array.from(iouMatrix([1, 1, 1, 1], [1, 1, 1, 1]))).toEqual([0]);
  });

  it("stays finite for boxes without width or height in both forms", () => {
    const a = [5, 5, 0, 0, 5, 5, 0, 3, 5, 5, 3, 0];
    for (const format of ["xyxy", "xywh"] as const) {
      for (const kind of kinds) expect(pairwiseIou(a, a, { kind, format }).every(Number.isFinite)).toBe(true);
    }
  });
});

describe("overlap of random boxes", () => {
  const rng = new Random("overlap");
  const a = randomBoxes(rng, 200);
  const b = randomBoxes(rng, 200);

  it.each(kinds)("%s is symmetric", (kind) => {
    expectClose(pairwiseIou(a, b, { kind }), pairwiseIou(b, a, { kind }), { abs: 1e-6 });
  });

  it.each(kinds)("%s of a box with itself is 1", (kind) => {
    expectClose(pairwiseIou(a, a, { kind }), new Float32Array(200).fill(1), { abs: 1e-6 });
  });

  it.each(kinds)("%s is the same in both forms", (kind) => {
    const centers = pairwiseIou(xyxyToXywh(a), xyxyToXywh(b), { kind, format: "xywh" });
    expectClose(centers, pairwiseIou(a, b, { kind }), { abs: 1e-5 });
  });

  it("lies in 0 to 1, and each refinement lies below", () => {
    const [iou, giou, diou, ciou] = kinds.map((kind) => pairwiseIou(a, b, { kind })) as Float32Array[];
    for (let i = 0; i < 200; i++) {
      expect(iou![i]).toBeGreaterThanOrEqual(0);
      expect(iou![i]).toBeLessThanOrEqual(1);
      expect(giou![i]).toBeLessThanOrEqual(iou![i]! + 1e-6);
      expect(giou![i]).toBeGreaterThanOrEqual(-1);
      expect(diou![i]).toBeLessThanOrEqual(iou![i]!);
      expect(ciou![i]).toBeLessThanOrEqual(diou![i]!);
    }
  });

  it("agrees between pairs, matrix and single boxes", () => {
    const pairs = pairwiseIou(a, b);
    const matrix = iouMatrix(a, b);
    for (let i = 0; i < 200; i++) {
      expect(matrix[i * 200 + i]).toBeCloseTo(pairs[i]!, 5);
      expect(boxIou(a.slice(i * 4, i * 4 + 4), b.slice(i * 4, i * 4 + 4))).toBeCloseTo(pairs[i]!, 5);
    }
  });
});

describe("overlap of what is no box", () => {
  it("says so", () => {
    expect(() => pairwiseIou([1, 2, 3], [1, 2, 3])).toThrow(/rows of 4 numbers.*has 3 numbers/);
    expect(() => pairwiseIou([0, 0, 1, 1], [])).toThrow(/a has 1 boxes and b 0/);
    expect(() => iouMatrix([0, 0, 1, 1], [1])).toThrow(expect.objectContaining({ code: "ARGUMENT" }));
  });

  it("is empty for no boxes", () => {
    expect(iouMatrix([], [0, 0, 1, 1]).length).toBe(0);
    expect(pairwiseIou([], []).length).toBe(0);
  });
});
