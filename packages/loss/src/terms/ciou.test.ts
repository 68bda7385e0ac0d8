import { xywhToXyxy } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { describeGolden, expectClose, goldenJson, goldenTensors } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { differences, useTestDevice, values } from "../test-device.ts";
import { boxIou, type IouKind } from "./ciou.ts";

useTestDevice();

const kinds: IouKind[] = ["iou", "giou", "diou", "ciou"];

function randomBoxes(random: Random, count: number): tf.Tensor2D {
  const rows = Array.from({ length: count }, () => {
    const [x, y] = [random.uniform(0, 60), random.uniform(0, 60)];
    return [x, y, x + random.uniform(1, 40), y + random.uniform(1, 40)];
  });
  return tf.tensor2d(rows);
}

/** Points, lines, inverted, equal, enormous and tiny boxes, each against each. */
function degeneratePairs(): [tf.Tensor2D, tf.Tensor2D] {
  const boxes = [
    [0, 0, 0, 0],
    [5, 5, 5, 5],
    [5, 5, 5, 20],
    [5, 5, 20, 5],
    [20, 20, 5, 5],
    [5, 20, 20, 5],
    [3, 3, 7, 9],
    [-1e4, -1e4, 1e4, 1e4],
    [1, 1, 1 + 1e-6, 1 + 1e-6],
    [0.1, 0.1, 639.7, 0.3],
  ];
  const pairs = boxes.flatMap((a) => boxes.map((b) => [a, b] as const));
  return [tf.tensor2d(pairs.map(([a]) => a)), tf.tensor2d(pairs.map(([, b]) => b))];
}

describe("boxIou", () => {
  it("agrees with values worked out by hand", async () => {
    const a = tf.tensor2d([[0, 0, 2, 2]]);
    const b = tf.tensor2d([[1, 0, 3, 1]]);
    // Intersection 1, union 5, hull 3 × 2, centers (1,1) and (2,0.5), aspect ratios 1 and 2.
    const iou = 1 / 5;
    const diou = iou - 1.25 / 13;
    const v = ((2 / Math.PI) * (Math.atan(2) - Math.atan(1))) ** 2;
    const expected = [iou, iou - 1 / 6, diou, diou - (v * v) / (1 - iou + v)];
    for (const [i, kind] of kinds.entries()) {
      expectClose(await values(boxIou(a, b, { kind })), [expected[i] as number], { abs: 1e-6 });
    }
  });

  it("broadcasts to all pairs", async () => {
    const a = tf.tensor3d([[[0, 0, 2, 2]], [[0, 0, 1, 1]]]);
    const b = tf.tensor3d([
      [
        [0, 0, 2, 2],
        [0, 0, 1, 1],
      ],
    ]);
    const pairs = boxIou(a, b);
    expect(pairs.shape).toEqual([2, 2]);
    expectClose(await values(pairs), [1, 0.25, 0.25, 1], { abs: 1e-6 });
  });

  it("is symmetric, within bounds, and the penalties only lower it", async () => {
    const random = new Random(7);
    const [a, b] = [randomBoxes(random, 200), randomBoxes(random, 200)];
    const results = new Map<IouKind, ArrayLike<number>>();
    for (const kind of kinds) {
      const forward = await values(boxIou(a, b, { kind }));
      expectClose(forward, await values(boxIou(b, a, { kind })), { abs: 1e-6 });
      expectClose(await values(boxIou(a, a, { kind })), new Array(200).fill(1), { abs: 1e-5 });
      results.set(kind, forward);
    }
    const of = (kind: IouKind, i: number) => results.get(kind)?.[i] as number;
    for (let i = 0; i < 200; i++) {
      expect(of("iou", i)).toBeGreaterThanOrEqual(0);
      expect(of("iou", i)).toBeLessThanOrEqual(1);
      expect(of("giou", i)).toBeGreaterThanOrEqual(-1);
      expect(of("giou", i)).toBeLessThanOrEqual(of("iou", i) + 1e-6);
      expect(of("diou", i)).toBeLessThanOrEqual(of("iou", i));
      expect(of("ciou", i)).toBeLessThanOrEqual(of("diou", i));
      expect(of("ciou", i)).toBeGreaterThan(-2);
    }
  });

  it.each(kinds)("has the %s gradient that differences show", async (kind) => {
    const a = [3, 4, 13, 9];
    const b = tf.tensor2d([[5, 2, 11.5, 12]]);
    const gradient = tf.grad((x) => tf.sum(boxIou(x, b, { kind: kind === "ciou" ? "diou" : kind })));
    const f = (x: tf.Tensor) => tf.sum(boxIou(x, b, { kind: kind === "ciou" ? "diou" : kind }));
    const expected = await differences(f, { point: a, shape: [1, 4], step: 0.02 });
    expectClose(await values(gradient(tf.tensor2d([a]))), expected, { abs: 1e-4, rel: 5e-3 });
  });

  it("keeps α constant in the gradient of CIoU", async () => {
    const a = [3, 4, 13, 9];
    const b = tf.tensor2d([[5, 2, 11.5, 12]]);
    const angle = (width: number, height: number) => (2 / Math.PI) * Math.atan(width / height);
    const aspect = ([x1, y1, x2, y2]: number[]) => (angle(x2! - x1!, y2! - y1!) - angle(6.5, 10)) ** 2;
    const [iou] = await values(boxIou(tf.tensor2d([a]), b));
    const alpha = aspect(a) / (1 - iou! + aspect(a));
    const plain = await differences((x) => tf.sum(boxIou(x, b, { kind: "diou" })), {
      point: a,
      shape: [1, 4],
      step: 0.02,
    });
    const expected = a.map((_, i) => {
      const [up, down] = [1e-4, -1e-4].map((move) => aspect(a.map((c, j) => (i === j ? c + move : c))));
      return plain[i]! - (alpha * (up! - down!)) / 2e-4;
    });
    const gradient = tf.grad((x) => tf.sum(boxIou(x, b, { kind: "ciou" })));
    expectClose(await values(gradient(tf.tensor2d([a]))), expected, { abs: 1e-4, rel: 5e-3 });
  });

  it.each(kinds.flatMap((kind) => (["padded", "exact"] as const).map((heights) => ({ kind, heights }))))(
    "keeps $kind with $heights heights and its gradient finite for degenerate boxes",
    async (options) => {
      const [a, b] = degeneratePairs();
      const { value, grad } = tf.valueAndGrad((x) => tf.sum(boxIou(x, b, options)))(a);
      expect(Number.isFinite((await values(value))[0])).toBe(true);
      expect([...(await values(grad))].every(Number.isFinite)).toBe(true);
    },
  );
});

describeGolden("boxIou against the reference", ["v8/boxes/iou.safetensors", "v8/boxes/iou_nan_rows.json"], () => {
  const tensor = (name: string) => {
    const { shape, data } = goldenTensors("v8/boxes/iou.safetensors")[name]!;
    return tf.tensor(data, shape);
  };
  const expected = (name: string) => goldenTensors("v8/boxes/iou.safetensors")[name]!.data;
  const isLoose = (row: number) => row >= 6 && row <= 10;

  it.each(kinds)("equals its %s of corner boxes", async (kind) => {
    const actual = await values(boxIou(tensor("box1_xyxy"), tensor("box2_xyxy"), { kind }));
    const goal = expected(`${kind}_xyxy`);
    expectClose(
      [...actual].filter((_, i) => !isLoose(i)),
      [...goal].filter((_, i) => !isLoose(i)),
      { abs: 1e-5 },
    );
    expectClose(actual.subarray(6, 11), goal.subarray(6, 11), { abs: 1e-4 });
  });

  it.each(kinds)("equals its %s of center boxes, and is a number where that is none", async (kind) => {
    const [a, b] = [xywhToXyxy(tensor("box1_xywh")), xywhToXyxy(tensor("box2_xywh"))];
    const actual = await values(boxIou(a, b, { kind, heights: "exact" }));
    expect([...actual].every(Number.isFinite)).toBe(true);
    const skipped = new Set<number>(goldenJson("v8/boxes/iou_nan_rows.json")[`${kind}_xywh`] ?? []);
    const goal = expected(`${kind}_xywh`);
    for (let i = 0; i < goal.length; i++) {
      if (!skipped.has(i)) expectClose([actual[i]!], [goal[i]!], { abs: isLoose(i) ? 1e-4 : 1e-5 });
    }
  });

  it("equals its matrix of pairs", async () => {
    const a = tf.expandDims(tf.slice(tensor("box1_xyxy"), [0, 0], [32, 4]), 1);
    const b = tf.slice(tensor("box2_xyxy"), [0, 0], [24, 4]);
    expectClose(await values(boxIou(a, b, { heights: "exact" })), expected("box_iou_matrix"), { abs: 1e-5 });
  });

  it("equals its gradient of CIoU", async () => {
    const rows = (name: string) => tf.slice(tensor(name), [16, 0], [48, 4]);
    const b = rows("box2_xyxy");
    const gradient = tf.grad((x) => tf.sum(tf.sub(1, boxIou(x, b, { kind: "ciou" }))));
    const goal = expected("ciou_xyxy_grad_box1_rows16_63");
    expectClose(await values(gradient(rows("box1_xyxy"))), goal, { abs: 1e-5, rel: 1e-3 });
  });
});
