import { anchorPoints } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { expectClose } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import type { PaddedTargets } from "../targets.ts";
import { readAssignment as read } from "../test-assignment.ts";
import { useTestDevice } from "../test-device.ts";
import { TaskAlignedAssigner } from "./task-aligned-assigner.ts";

useTestDevice();

/** One image: [class, x1, y1, x2, y2] rows, padded to `rows`. */
function oneImage(objects: number[][], rows = objects.length): PaddedTargets {
  const padded = Array.from({ length: rows }, (_, i) => objects[i] ?? [9, 0, 0, 100, 100]);
  return {
    labels: tf.tensor2d([padded.map(([label]) => label!)], [1, rows], "int32"),
    boxes: tf.tensor3d([padded.map((row) => row.slice(1))], [1, rows, 4]),
    mask: tf.tensor2d([padded.map((_, i) => (i < objects.length ? 1 : 0))], [1, rows]),
  };
}

/** Anchors in a row at x = 5, 15, 25, …, y = 5, all predicting the same score for two classes. */
function rowOfAnchors(boxes: number[][], scores?: number[][]) {
  return {
    scores: tf.tensor3d([scores ?? boxes.map(() => [0.25, 0.25])]),
    boxes: tf.tensor3d([boxes]),
    points: tf.tensor2d(boxes.map((_, i) => [5 + 10 * i, 5])),
  };
}

describe("TaskAlignedAssigner", () => {
  it("assigns an object its best anchors inside the box, scored by how well they fit", async () => {
    const target = [0, 0, 30, 10];
    const boxes = [target, [0, 0, 24, 10], [0, 0, 15, 10], target];
    const {
      foreground,
      labels,
      scores,
      boxes: goals,
    } = await read(new TaskAlignedAssigner({ topk: 2 }).assign(rowOfAnchors(boxes), oneImage([[1, ...target]])));
    expect(foreground).toEqual([1, 1, 0, 0]);
    expect([labels[0], labels[1]]).toEqual([1, 1]);
    expect(goals.slice(0, 8)).toEqual([...target, ...target]);
    const v = ((2 / Math.PI) * (Math.atan(3) - Math.atan(2.4))) ** 2;
    const ciou = 0.8 - 9 / (30 * 30 + 100) - (v * v) / (1 - 0.8 + v);
    expectClose(scores, [0, 1, 0, ciou ** 6, 0, 0, 0, 0], { abs: 1e-4 });
  });

  it("breaks ties of alignment by the lowest anchor", async () => {
    const target = [0, 0, 60, 10];
    const assigner = new TaskAlignedAssigner({ topk: 3 });
    const boxes = [[0, 0, 40, 10], target, target, target, target, target];
    const { foreground } = await read(assigner.assign(rowOfAnchors(boxes), oneImage([[0, ...target]])));
    expect(foreground).toEqual([0, 1, 1, 1, 0, 0]);
  });

  it("assigns a contested anchor to the higher CIoU, asked or not, and ties to the first object", async () => {
    const [wide, narrow] = [
      [0, 0, 40, 10],
      [0, 0, 38, 10],
    ];
    // Anchor 0 fits `narrow` best, but its class is thought unlikely; objects 0 and 2 ask for it with topk 1.
    const predictions = rowOfAnchors(
      [narrow, wide, [0, 0, 20, 10], wide],
      [
        [0.9, 1e-4],
        [0.1, 0.9],
        [0.1, 0.1],
        [0.1, 0.1],
      ],
    );
    const objects = oneImage([
      [0, ...wide],
      [1, ...narrow],
      [0, ...wide],
    ]);
    const { foreground, gtIndex } = await read(new TaskAlignedAssigner({ topk: 1 }).assign(predictions, objects));
    expect(foreground).toEqual([1, 1, 0, 0]);
    expect(gtIndex.slice(0, 2)).toEqual([1, 1]);

    const twins = oneImage([
      [0, ...wide],
      [1, ...wide],
    ]);
    const same = rowOfAnchors([wide, wide, wide, wide]);
    const tied = await read(new TaskAlignedAssigner({ topk: 2 }).assign(same, twins));
    expect(tied.foreground).toEqual([1, 1, 0, 0]);
    expect(tied.gtIndex.slice(0, 2)).toEqual([0, 0]);
    expectClose(tied.scores, [1, 0, 1, 0, 0, 0, 0, 0], { abs: 1e-5 });
  });

  it("keeps the best anchor of each object where they are one to one, and replaces none that was lost", async () => {
    const [wide, narrow] = [
      [0, 0, 40, 10],
      [0, 0, 38, 10],
    ];
    // Both ask for anchor 0 alone, which goes to the object that it fits best; the other one has none then.
    const predictions = rowOfAnchors([narrow, [0, 0, 30, 10], [0, 0, 20, 10], [0, 0, 10, 10]]);
    const objects = oneImage([
      [0, ...wide],
      [1, ...narrow],
    ]);
    const alone = await read(new TaskAlignedAssigner({ topk: 1, oneToOne: true }).assign(predictions, objects));
    expect([alone.foreground, alone.gtIndex[0]]).toEqual([[1, 0, 0, 0], 1]);
    // With two wishes each, the other one keeps its second best.
    const assigner = new TaskAlignedAssigner({ topk: 2, oneToOne: true });
    const [anchors, two] = [rowOfAnchors([narrow, wide, [0, 0, 20, 10], [0, 0, 10, 10]]), 2];
    const both = await read(assigner.assign(anchors, objects));
    expect([both.foreground, both.gtIndex.slice(0, two)]).toEqual([
      [1, 1, 0, 0],
      [1, 0],
    ]);
    expectClose(both.scores, [0, 1, 1, 0, 0, 0, 0, 0], { abs: 1e-5 });
    expect(assigner.maxForeground(3)).toBe(3);
  });

  it.each([
    { minSide: 0, inside: [] },
    { minSide: 8, inside: [] },
    { minSide: 10, inside: [1] },
    // Anchor 0 lies on its border.
    { minSide: 11, inside: [1] },
    { minSide: 12, inside: [0, 1] },
  ])("finds the anchors of a short box in one of $minSide pixels", async ({ minSide, inside }) => {
    // 2 × 2 pixels around (10.5, 5); the anchors of its row lie at 5, 15, 25.
    const tiny = [9.5, 4, 11.5, 6];
    const assigner = new TaskAlignedAssigner({ minSide });
    const predictions = rowOfAnchors([tiny, tiny, tiny]);
    const { foreground, boxes } = await read(assigner.assign(predictions, oneImage([[0, ...tiny]])));
    expect(foreground.flatMap((on, a) => (on > 0 ? [a] : []))).toEqual(inside);
    for (const a of inside) expectClose(boxes.slice(4 * a, 4 * a + 4), tiny, { abs: 0 });
  });

  it("ignores padding, whatever it contains", async () => {
    const target = [0, 0, 30, 10];
    const boxes = [target, target, target, [0, 0, 100, 100]];
    const assigner = new TaskAlignedAssigner();
    const bare = await read(assigner.assign(rowOfAnchors(boxes), oneImage([[1, ...target]])));
    const padded = await read(assigner.assign(rowOfAnchors(boxes), oneImage([[1, ...target]], 5)));
    expect(padded).toEqual(bare);
    const empty = await read(assigner.assign(rowOfAnchors(boxes), oneImage([], 2)));
    expect([...empty.foreground, ...empty.scores].every((x) => x === 0)).toBe(true);
  });

  it("accepts objects and predictions without area, and certain predictions", async () => {
    const boxes = [
      [5, 5, 5, 5],
      [10, 0, 10, 10],
      [0, 0, 30, 10],
    ];
    const scores = [
      [0, 0],
      [1, 1],
      [1, 0],
    ];
    const objects = oneImage([
      [0, 5, 5, 5, 5],
      [1, 15, 0, 15, 9],
      [0, 0, 0, 30, 10],
    ]);
    const all = await read(new TaskAlignedAssigner().assign(rowOfAnchors(boxes, scores), objects));
    expect(Object.values(all).flat().every(Number.isFinite)).toBe(true);
    expect(all.foreground).toEqual([0, 0, 1]);
  });

  it("does a large batch a few images at a time with the same result", async () => {
    const random = new Random(12);
    const [batch, objects, anchors] = [5, 3, 16];
    const draw = (shape: number[], low: number, high: number) =>
      tf.tensor(
        Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.uniform(low, high)),
        shape,
      );
    const around = (corners: tf.Tensor) => tf.concat([corners, tf.add(corners, draw(corners.shape, 12, 30))], -1);
    const predictions = {
      scores: draw([batch, anchors, 2], 0, 1) as tf.Tensor3D,
      boxes: around(draw([batch, anchors, 2], 0, 20)) as tf.Tensor3D,
      points: tf.mul(anchorPoints([[4, 4]], [8]).points, 8) as tf.Tensor2D,
    };
    const targets: PaddedTargets = {
      labels: tf.tensor2d(
        Array.from({ length: batch }, () => [0, 1, 1]),
        [batch, objects],
        "int32",
      ),
      boxes: around(draw([batch, objects, 2], 0, 12)) as tf.Tensor3D,
      mask: tf.tensor2d([1, 1, 1, 1, 0, 1, 0, 0, 0, 1, 1, 0, 1, 1, 1], [batch, objects]),
    };
    const whole = await read(new TaskAlignedAssigner({ topk: 4 }).assign(predictions, targets));
    expect(whole.foreground.filter((f) => f === 1).length).toBeGreaterThan(15);
    for (const images of [1, 2, 4]) {
      const pairsAtOnce = images * objects * anchors;
      const parts = await read(new TaskAlignedAssigner({ topk: 4, pairsAtOnce }).assign(predictions, targets));
      expect(parts).toEqual(whole);
    }
  });

  it("leaves nothing behind but the assignment", () => {
    const predictions = rowOfAnchors([[0, 0, 10, 10]]);
    const targets = oneImage([[0, 0, 0, 10, 10]]);
    const before = tf.memory().numTensors;
    const assignment = new TaskAlignedAssigner().assign(predictions, targets);
    expect(tf.memory().numTensors - before).toBe(Object.keys(assignment).length);
  });

  it("covers every object that has anchors of its own, and only anchors inside", async () => {
    const random = new Random(3);
    const grid = anchorPoints([[12, 12]], [8]);
    const points = tf.mul(grid.points, 8) as tf.Tensor2D;
    const centers = await points.data();
    for (let round = 0; round < 5; round++) {
      // One object a quarter, so that none can lose all its anchors to another.
      const objects = [0, 1, 2, 3].map((i) => {
        const [x, y] = [48 * (i % 2), 48 * Math.floor(i / 2)];
        return [
          i % 3,
          x + random.uniform(0, 8),
          y + random.uniform(0, 8),
          x + random.uniform(24, 47),
          y + random.uniform(24, 47),
        ];
      });
      const boxes = Array.from({ length: 144 }, (_, a) => {
        const [x, y] = [centers[2 * a]!, centers[2 * a + 1]!];
        return [
          x - random.uniform(8, 30),
          y - random.uniform(8, 30),
          x + random.uniform(8, 30),
          y + random.uniform(8, 30),
        ];
      });
      const scores = boxes.map(() => [random.uniform(0.1, 0.9), random.uniform(0.1, 0.9), random.uniform(0.1, 0.9)]);
      const assigned = await read(
        new TaskAlignedAssigner().assign(
          { scores: tf.tensor3d([scores]), boxes: tf.tensor3d([boxes]), points },
          oneImage(objects, 6),
        ),
      );
      const covered = new Set<number>();
      assigned.foreground.forEach((on, a) => {
        if (on === 0) return;
        const [label, x1, y1, x2, y2] = objects[assigned.gtIndex[a]!]! as [number, number, number, number, number];
        covered.add(assigned.gtIndex[a]!);
        expect(assigned.labels[a]).toBe(label);
        expect(centers[2 * a]! > x1 && centers[2 * a]! < x2).toBe(true);
        expect(centers[2 * a + 1]! > y1 && centers[2 * a + 1]! < y2).toBe(true);
        expect(assigned.scores[3 * a + label]).toBeLessThanOrEqual(1);
      });
      expect(covered.size).toBe(4);
    }
  });

  it("refuses bad settings and shapes", () => {
    expect(() => new TaskAlignedAssigner({ topk: 0 })).toThrow(/topk must be a whole number from 1, but is 0/);
    expect(() => new TaskAlignedAssigner({ beta: 0 })).toThrow(/alpha and beta/);
    expect(() => new TaskAlignedAssigner({ minSide: -1 })).toThrow(/minSide must be at least 0, but is -1/);
    const predictions = rowOfAnchors([[0, 0, 1, 1]]);
    const targets = oneImage([[0, 0, 0, 1, 1]]);
    const wrong = { ...targets, mask: tf.ones([1, 2]) as tf.Tensor2D };
    expect(() => new TaskAlignedAssigner().assign(predictions, wrong)).toThrow(/targets must be/);
    const points = tf.zeros([3, 2]) as tf.Tensor2D;
    expect(() => new TaskAlignedAssigner().assign({ ...predictions, points }, targets)).toThrow(/points \[3,2\]/);
  });
});
