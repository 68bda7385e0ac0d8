import { describeGolden, expectClose, goldenTensors } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { probiouMatrix } from "./probiou.ts";

describeGolden("probiou of YOLOv8", ["tasks/pieces/probiou.safetensors"], () => {
  it("of every pair", () => {
    const tensors = goldenTensors("tasks/pieces/probiou.safetensors");
    const rows = (name: string, count: number) => {
      const data = tensors[name]!.data.subarray(0, 5 * count);
      return { boxes: data.filter((_, i) => i % 5 < 4), angles: data.filter((_, i) => i % 5 === 4) };
    };
    const found = probiouMatrix(rows("boxes1_xywhr", 24), rows("boxes2_xywhr", 20));
    const expected = tensors.matrix_24x20!.data;
    // Of equal boxes single precision is all that is left of their distance
    const unequal = (values: ArrayLike<number>) => Array.from(values).filter((_, i) => expected[i]! < 0.999);
    expectClose(found, expected, { abs: 3e-4 });
    expectClose(unequal(found), unequal(expected), { abs: 1e-5 });
    expect(unequal(expected).length).toBe(469);
  });
});

describe("probiouMatrix", () => {
  const box = { boxes: [100, 50, 40, 20], angles: [0.3] };

  it("is about 1 for equal boxes and 0 for distant ones", () => {
    expect(probiouMatrix(box, box)[0]).toBeCloseTo(0.9997, 3);
    expect(probiouMatrix(box, { boxes: [900, 50, 40, 20], angles: [0.3] })[0]).toBeCloseTo(0, 3);
  });

  it("sees a quarter turn with exchanged sides as the same box, and no angle of a square", () => {
    const turned = { boxes: [100, 50, 20, 40], angles: [0.3 + Math.PI / 2] };
    expectClose(probiouMatrix(turned, box), probiouMatrix(box, box), { abs: 1e-3 });
    const square = (angle: number) => ({ boxes: [100, 50, 30, 30], angles: [angle] });
    expectClose(probiouMatrix(square(0), square(1)), probiouMatrix(square(0), square(0)), { abs: 1e-3 });
  });

  it("refuses boxes without angles", () => {
    expect(() => probiouMatrix({ boxes: [1, 2, 3, 4], angles: [] }, box)).toThrow("a has 1 boxes and 0 angles");
  });
});
