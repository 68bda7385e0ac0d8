import { Random } from "@lookonce/random";
import { describeGolden, expectClose, goldenTensors } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { cornersToRotated, enclosingBoxes, regularRotated, rotatedCorners, scaleRotated } from "./rotated-boxes.ts";

/** Compares rotated boxes as boxes: of each the form whose angle is nearest. */
function expectSameBoxes(found: Float32Array, expected: ArrayLike<number>): void {
  expect(found.length).toBe(expected.length);
  for (let i = 0; i < found.length; i += 5) {
    const [x = 0, y = 0, w = 0, h = 0, r = 0] = found.subarray(i, i + 5);
    const wanted = [0, 1, 2, 3, 4].map((k) => expected[i + k]!) as [number, number, number, number, number];
    const turns = Math.round((wanted[4] - r) / (Math.PI / 2));
    const nearest = [x, y, ...(turns % 2 === 0 ? [w, h] : [h, w]), r + (turns * Math.PI) / 2];
    expectClose(nearest, wanted, { abs: 1e-3 });
  }
}

describeGolden("conversions of rotated boxes", ["tasks/pieces/conversions.safetensors"], () => {
  const tensors = goldenTensors("tasks/pieces/conversions.safetensors");
  const data = (name: string) => tensors[name]!.data as Float32Array;

  it("to corners", () => expectClose(rotatedCorners(data("boxes_xywhr")), data("corners"), { abs: 1e-3 }));

  it.each([
    ["corners", "corners_to_xywhr"],
    ["quads", "quads_to_xywhr"],
  ])("from %s", (from, to) => {
    const found = cornersToRotated(data(from));
    expectSameBoxes(found, data(to));
    for (let i = 4; i < found.length; i += 5) {
      expect(found[i]).toBeGreaterThan(0);
      expect(found[i]).toBeLessThanOrEqual(Math.fround(Math.PI / 2));
    }
  });

  it("from polygons of 100 points", () => {
    expectSameBoxes(cornersToRotated(data("points_100"), 100), data("points_100_to_xywhr"));
  });

  it("to the regular form", () => {
    const found = regularRotated(data("irregular_xywhr"));
    expectSameBoxes(found, data("regular_xywhr"));
    for (let i = 4; i < found.length; i += 5) expect(found[i]! >= 0 && found[i]! <= Math.PI / 2 + 1e-6).toBe(true);
  });
});

describe("cornersToRotated", () => {
  it("returns the angle π/2 for upright rectangles, and exchanges their sides", () => {
    expectClose(cornersToRotated([10, 10, 50, 10, 50, 30, 10, 30]), [30, 20, 20, 40, Math.PI / 2], { abs: 1e-6 });
  });

  it("finds a box again from its corners, in any order", () => {
    const rng = new Random("rotated");
    for (let i = 0; i < 200; i++) {
      const box = [
        rng.uniform(-50, 700),
        rng.uniform(0, 500),
        rng.uniform(3, 200),
        rng.uniform(3, 200),
        rng.uniform(-4, 4),
      ];
      const corners = rotatedCorners(box);
      const order = rng.permutation(4);
      expectSameBoxes(cornersToRotated(order.flatMap((k) => [...corners.subarray(2 * k, 2 * k + 2)])), box);
    }
  });

  it("surrounds any points with no more area than any rectangle along another direction", () => {
    const rng = new Random("polygons");
    for (let i = 0; i < 50; i++) {
      const points = Float32Array.from({ length: 24 }, () => rng.uniform(0, 100));
      const [x = 0, y = 0, w = 0, h = 0, r = 0] = cornersToRotated(points, 12);
      const extents = (angle: number) => {
        const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
        const pairs = Array.from({ length: 12 }, (_, k) => [points[2 * k]!, points[2 * k + 1]!] as const);
        return [pairs.map(([a, b]) => a * cos + b * sin), pairs.map(([a, b]) => b * cos - a * sin)] as const;
      };
      const [along, across] = extents(r);
      const [u, v] = [x * Math.cos(r) + y * Math.sin(r), y * Math.cos(r) - x * Math.sin(r)];
      for (const a of along) expect(Math.abs(a - u)).toBeLessThanOrEqual(w / 2 + 1e-3);
      for (const b of across) expect(Math.abs(b - v)).toBeLessThanOrEqual(h / 2 + 1e-3);
      for (let step = 0; step < 60; step++) {
        const [a, b] = extents((step * Math.PI) / 120);
        const area = (Math.max(...a) - Math.min(...a)) * (Math.max(...b) - Math.min(...b));
        expect(w * h).toBeLessThanOrEqual(area + 0.01);
      }
    }
  });

  it("finds no area in lines and points", () => {
    expectClose(cornersToRotated([0, 0, 3, 4, 6, 8, 3, 4]), [3, 4, 10, 0, Math.atan2(4, 3)], { abs: 1e-5 });
    expectClose(cornersToRotated([2, 7, 6, 7, 4, 7, 2, 7]), [4, 7, 0, 4, Math.PI / 2], { abs: 1e-6 });
    expectClose(cornersToRotated([5, 6, 5, 6, 5, 6, 5, 6]), [5, 6, 0, 0, Math.PI / 2], { abs: 1e-6 });
    expect(cornersToRotated([])).toHaveLength(0);
    expect(cornersToRotated(new Float32Array(8).fill(Number.NaN))).toHaveLength(5);
  });

  it("refuses parts of boxes", () => {
    expect(() => cornersToRotated([1, 2, 3, 4, 5, 6])).toThrow(
      "points must be rows of 8 numbers, one row a box, but has 6",
    );
    expect(() => rotatedCorners([1, 2, 3, 4])).toThrow("boxes must be rows of 5 numbers");
    expect(() => regularRotated([1])).toThrow("rows of 5");
  });
});

describe("rotated boxes", () => {
  const rng = new Random("forms");
  const boxes = Float32Array.from({ length: 250 }, (_, i) => (i % 5 === 4 ? rng.uniform(-7, 7) : rng.uniform(1, 90)));

  it("are the same boxes in their regular form", () => {
    const regular = regularRotated(boxes);
    expectSameBoxes(
      regular,
      boxes.map((value, i) => (i % 5 === 4 ? value % Math.PI : value)),
    );
    for (let i = 4; i < regular.length; i += 5) {
      expect(regular[i]).toBeGreaterThanOrEqual(0);
      expect(regular[i]).toBeLessThan(Math.PI / 2 + 1e-6);
    }
  });

  it("lie in their enclosing boxes, whose sides their corners touch", () => {
    const [corners, enclosing] = [rotatedCorners(boxes), enclosingBoxes(boxes)];
    for (let i = 0; i < 50; i++) {
      const own = corners.subarray(8 * i, 8 * i + 8);
      const [xs, ys] = [own.filter((_, k) => k % 2 === 0), own.filter((_, k) => k % 2 === 1)];
      const expected = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
      expectClose(enclosing.subarray(4 * i, 4 * i + 4), expected, { abs: 1e-3 });
    }
  });

  it("are scaled to the image and clipped as YOLOv8 (8.3) does, sizes included", () => {
    const found = scaleRotated(
      [52, 40, 20, 10, 0.5, -9, 90, 400, 30, 1],
      { ratio: [0.5, 0.5], padding: [2, 10] },
      {
        width: 200,
        height: 100,
      },
    );
    expectClose(found, [100, 60, 40, 20, 0.5, 0, 100, 200, 60, 1], { abs: 1e-5 });
    expect(() => scaleRotated([], { ratio: [0, 1], padding: [0, 0] }, { width: 1, height: 1 })).toThrow("two positive");
  });
});
