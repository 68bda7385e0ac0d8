import { describeGolden, expectClose, goldenTensors } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { probiouMatrix } from "./probiou.ts";

describeGolden("probiou of YOLOv8", ["tasks/pieces/probiou.safetensors"], () => {
  it("of every pair", () => {
    const tensors = goldenTensors("tasks/pieces/probiou.safetensors");
    const rows = (name: string, count: number) => tensors[name]!.data.slice(0, 5 * count);
    const found = probiouMatrix(rows("boxes1_xywhr", 24), rows("boxes2_xywhr", 20));
    const expected = tensors.matrix_24x20!.data;
    // Of equal boxes single precision is all that is left of their distance
    const unequal = (values: ArrayLike<number>) => Array.from(values).filter((_, i) => expected[i]! < 0.999);
    expectClose(found, expected, { abs: 3e-4 });
    expectClose(unequal(found), unequal(expected), { abs: 1e-5 });
    expect(unequal(expected).length).toBe(469);
  });

  it("of boxes one by one, also degenerate ones", () => {
    const tensors = goldenTensors("tasks/pieces/probiou.safetensors");
    const row = (name: string, i: number) => tensors[name]!.data.slice(5 * i, 5 * i + 5);
    const found = Array.from(
      { length: 48 },
      (_, i) => probiouMatrix(row("boxes1_xywhr", i), row("boxes2_xywhr", i))[0]!,
    );
    const expected = Array.from(tensors.pairwise!.data);
    // The first four pairs are of equal boxes
    expectClose(found.slice(0, 4), expected.slice(0, 4), { abs: 3e-4 });
    expectClose(found.slice(4), expected.slice(4), { abs: 1e-5 });
  });
});

describe("probiouMatrix", () => {
  const box = [100, 50, 40, 20, 0.3];

  it("is about 1 for equal boxes and 0 for distant ones", () => {
    expect(probiouMatrix(box, box)[0]).toBeCloseTo(0.9997, 3);
    expect(probiouMatrix(box, [900, 50, 40, 20, 0.3])[0]).toBeCloseTo(0, 3);
  });

  it("sees a quarter turn with exchanged sides as the same box, and no angle of a square", () => {
    const turned = [100, 50, 20, 40, 0.3 + Math.PI / 2];
    expectClose(probiouMatrix(turned, box), probiouMatrix(box, box), { abs: 1e-3 });
    const square = (angle: number) => [100, 50, 30, 30, angle];
    expectClose(probiouMatrix(square(0), square(1)), probiouMatrix(square(0), square(0)), { abs: 1e-3 });
  });

  it("refuses boxes without angles", () => {
    expect(() => probiouMatrix([1, 2, 3, 4], box)).toThrow("a must be rows of 5 numbers, one row a box, but has 4");
  });
});
