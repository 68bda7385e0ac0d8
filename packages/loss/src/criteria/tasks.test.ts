import { Random } from "@lookonce/random";
import { expectClose } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { rotatedBoxes } from "../boxes/rotated-boxes.ts";
import type { HostTargets } from "../targets.ts";
import { useTestDevice, values } from "../test-device.ts";
import { upload } from "../test-task-case.ts";
import { WatchedAssigner } from "../test-watched-assigner.ts";
import { ClassifyCriterion, type ClassifyTargets, classificationLoss } from "./classify.ts";
import type { Criterion, CriterionLoss, NamedTensors } from "./criterion.ts";
import { ObbCriterion, rotatedDetectionLoss } from "./obb.ts";
import { PoseCriterion, poseLoss } from "./pose.ts";
import { SegmentCriterion, segmentLoss } from "./segment.ts";

useTestDevice();

const model = { strides: [8, 16], nc: 2, regMax: 4 };
const points = 3;
const size = { count: 2, height: 32, width: 32, images: new Uint8Array(0) };

/** Two images of 32 × 32 pixels: two objects and one. */
function hostTargets(): HostTargets {
  const maxTargets = 3;
  const boxes = [2, 3, 21, 30, 10, 10, 30, 22, 0, 0, 0, 0, 4, 4, 28, 20, 0, 0, 0, 0, 0, 0, 0, 0];
  const random = new Random(1);
  const keypoints = Float32Array.from({ length: 2 * maxTargets * points * 3 }, (_, i) =>
    i % 3 === 2 ? random.integer(0, 3) : random.uniform(0, 32),
  );
  const rotated = [
    12, 16, 19, 25, 0.4, 20, 16, 20, 12, 2, 0, 0, 0, 0, 0, 16, 12, 24, 15, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  ];
  return {
    labels: Int32Array.from([1, 0, 0, 1, 0, 0]),
    boxes: Float32Array.from(boxes),
    mask: Float32Array.from([1, 1, 0, 1, 0, 0]),
    maxTargets,
    masks: Uint8Array.from({ length: 2 * 8 * 8 }, () => random.integer(0, 3)),
    maskSize: [8, 8],
    keypoints,
    rotated: Float32Array.from(rotated),
  };
}

/** What one task's loss is called with: its channels a cell, further maps, criterion and loss. */
interface Case {
  name: string;
  own: number;
  further?: [number, number, number, number];
  criterion: Criterion;
  loss: (raw: tf.Tensor4D[], targets: NamedTensors, assigner?: WatchedAssigner) => CriterionLoss & { total: tf.Scalar };
  watched: () => WatchedAssigner;
}

const named = (losses: Record<string, tf.Scalar>, parts: readonly string[]): CriterionLoss => ({
  total: losses.total as tf.Scalar,
  parts: parts.map((part) => losses[part] as tf.Scalar),
});

const cases: Case[] = [
  {
    name: "segment",
    own: 4,
    further: [2, 8, 8, 4],
    criterion: new SegmentCriterion(model) as Criterion,
    loss: (raw, targets, assigner) =>
      named(segmentLoss(raw, targets as never, { ...model, assigner }), ["box", "seg", "cls", "dfl"]),
    watched: () => new WatchedAssigner(),
  },
  {
    name: "pose",
    own: points * 3,
    criterion: new PoseCriterion(model) as Criterion,
    loss: (raw, targets, assigner) =>
      named(poseLoss(raw, targets as never, { ...model, assigner }), ["box", "pose", "kobj", "cls", "dfl"]),
    watched: () => new WatchedAssigner(),
  },
  {
    name: "obb",
    own: 1,
    criterion: new ObbCriterion(model) as Criterion,
    loss: (raw, targets, assigner) =>
      named(rotatedDetectionLoss(raw, targets as never, { ...model, assigner, gains: { box: 1000 } }), [
        "box",
        "cls",
        "dfl",
      ]),
    watched: () => new WatchedAssigner({ boxes: rotatedBoxes }),
  },
];

function randomRaw({ own, further }: Case, seed: number, draw = (random: Random) => random.normal()): tf.Tensor4D[] {
  const random = new Random(seed);
  const shapes = [4, 2].map((side): [number, number, number, number] => [2, side, side, 16 + model.nc + own]);
  return [...shapes, ...(further === undefined ? [] : [further])].map((shape) => {
    const count = shape.reduce((a, b) => a * b);
    return tf.tensor4d(
      Float32Array.from({ length: count }, () => draw(random)),
      shape,
    );
  });
}

async function evaluate(one: Case, raw: tf.Tensor4D[], targets: HostTargets) {
  const tensors = upload(one.criterion.inputs({ ...size, targets }));
  const { total, parts } = one.criterion.loss(raw, tensors);
  const gradients = tf.grads((...maps: tf.Tensor[]) => one.criterion.loss(maps as tf.Tensor4D[], tensors).total)(raw);
  return {
    total: (await values(total))[0]!,
    parts: await Promise.all(parts.map(async (part) => (await values(part))[0]!)),
    gradients: await Promise.all(gradients.map(values)),
  };
}

describe.each(cases)("loss of $name", (one) => {
  it("is the sum of its parts times the batch size", async () => {
    const { total, parts } = await evaluate(one, randomRaw(one, 1), hostTargets());
    expect(parts).toHaveLength(one.criterion.parts.length);
    expect(Math.min(...parts)).toBeGreaterThan(0);
    expectClose([total], [2 * parts.reduce((a, b) => a + b)], { rel: 1e-6 });
  });

  it("has the gradient of its own channels that differences show once the assignment is fixed", async () => {
    const raw = randomRaw(one, 2);
    const targets = upload(one.criterion.inputs({ ...size, targets: hostTargets() }));
    const assigner = one.watched();
    one.loss(raw, targets, assigner);
    const fixed = { assign: () => assigner.seen! } as unknown as WatchedAssigner;
    fixed.maxForeground = assigner.maxForeground;
    // CIoU's weight is a constant in the gradient: bins of upright boxes are compared by the detection's own tests.
    const random = new Random(6);
    const directions = raw.map((map, i) => {
      const channels = map.shape[3];
      const first = i < 2 ? channels - one.own : 0;
      const length = map.size;
      return Float32Array.from({ length }, (_, at) => (at % channels >= first ? random.normal() : 0));
    });
    const moved = (by: number) =>
      raw.map((map, i) => tf.add(map, tf.mul(tf.tensor(directions[i]!, map.shape), by)) as tf.Tensor4D);
    const total = async (by: number) => (await values(one.loss(moved(by), targets, fixed).total))[0]!;
    const f = (...maps: tf.Tensor[]) => one.loss(maps as tf.Tensor4D[], targets, fixed).total;
    const gradients = await Promise.all(tf.grads(f)(raw).map(values));
    const slope = gradients
      .flatMap((all, i) => Array.from(all, (g, at) => g * directions[i]![at]!))
      .reduce((a, b) => a + b, 0);
    const step = 4e-3;
    // A total of hundreds in single precision is exact to some 1e-4, which the small step makes large
    const difference = ((await total(step)) - (await total(-step))) / (2 * step);
    expectClose([slope], [difference], { abs: 0.06, rel: 0.01 });
    expect(Math.abs(slope)).toBeGreaterThan(0.2);
  });

  it("has a class loss alone where there is no object", async () => {
    const targets = { ...hostTargets(), mask: new Float32Array(6) };
    const { parts, gradients } = await evaluate(one, randomRaw(one, 3), targets);
    const cls = one.criterion.parts.indexOf("cls");
    expect(parts.map((part, i) => i === cls || part === 0)).not.toContain(false);
    expect(parts[cls]).toBeGreaterThan(0);
    const channels = 16 + model.nc + one.own;
    gradients[0]!.forEach((g, i) => {
      const isClass = i % channels >= 16 && i % channels < 18;
      if (isClass) expect(g).toBeGreaterThan(0);
      else expect(Math.abs(g)).toBe(0);
    });
    expect(gradients.slice(2).every((gradient) => gradient.every((g) => Math.abs(g) === 0))).toBe(true);
  });

  it("stays finite with outputs of ±1e4, and with objects without area and padding of any size", async () => {
    const targets = hostTargets();
    targets.boxes.set([5, 5, 5, 5], 4);
    targets.rotated!.set([5, 5, 0, 0, 1], 5);
    targets.boxes.set([9, 9, -70, 3], 8);
    targets.rotated!.set([9, 9, -70, 3, 9], 10);
    for (const extreme of [1, 1e4]) {
      const raw = randomRaw(one, 4, (random) => (random.chance(0.5) ? extreme : -extreme));
      const { parts, total, gradients } = await evaluate(one, raw, targets);
      expect([...parts, total, ...gradients.flatMap((g) => [...g])].every(Number.isFinite)).toBe(true);
    }
  });

  it("leaves nothing behind but its result", () => {
    const raw = randomRaw(one, 5);
    const targets = upload(one.criterion.inputs({ ...size, targets: hostTargets() }));
    const before = tf.memory().numTensors;
    const { total, parts } = one.criterion.loss(raw, targets);
    tf.dispose([total, ...parts]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("says which labels are missing", () => {
    const { labels, boxes, mask, maxTargets } = hostTargets();
    expect(() => one.criterion.inputs({ ...size, targets: { labels, boxes, mask, maxTargets } })).toThrow(
      expect.objectContaining({ code: "DATA", message: expect.stringContaining("which this task learns from") }),
    );
  });
});

describe("segmentLoss", () => {
  it("says that maps have no prototypes, or masks another size", () => {
    const [one] = cases as [Case];
    const targets = upload(one.criterion.inputs({ ...size, targets: hostTargets() }));
    const raw = randomRaw(one, 1);
    expect(() => one.loss(raw.slice(0, 2), targets)).toThrow(/2 maps, expected those of 2 levels and the prototypes/);
    const small = [...raw.slice(0, 2), tf.zeros([2, 4, 4, 4]) as tf.Tensor4D];
    expect(() => one.loss(small, targets)).toThrow("masks are [2,8,8] for prototypes [2,4,4,4]");
  });
});

describe("poseLoss", () => {
  const [, pose] = cases as [Case, Case];

  it("does not learn keypoints that are not labeled, and counts the object", async () => {
    const raw = randomRaw(pose, 1);
    const seen = hostTargets();
    const { parts: before } = await evaluate(pose, raw, seen);
    const hidden = hostTargets();
    // The object of the second image has no visible point; where its points are makes no difference.
    const second = 3 * points * 3;
    for (let k = 0; k < points; k++) hidden.keypoints!.set([1, 1, 0], second + 3 * k);
    const moved = hostTargets();
    for (let k = 0; k < points; k++) moved.keypoints!.set([30, 2, 0], second + 3 * k);
    const { parts } = await evaluate(pose, raw, hidden);
    expectClose(parts, (await evaluate(pose, raw, moved)).parts, { rel: 1e-6 });
    expect(parts[1]).toBeLessThan(before[1]!);
  });

  it("has no loss of visibility for heads that do not predict it", async () => {
    const two: Case = { ...pose, own: points * 2 };
    const { parts } = await evaluate(two, randomRaw(two, 1), hostTargets());
    expect(parts[2]).toBe(0);
    expect(parts[1]).toBeGreaterThan(0);
  });

  it("says that numbers of keypoints do not fit", () => {
    const other: Case = { ...pose, own: 5 };
    const targets = upload(pose.criterion.inputs({ ...size, targets: hostTargets() }));
    expect(() => pose.loss(randomRaw(other, 1), targets)).toThrow(/keypoints \[2,3,3,3\] for maps with 5 channels/);
  });
});

describe("ObbCriterion", () => {
  it("learns no boxes of less than two pixels, which are measured crosswise", () => {
    const targets = hostTargets();
    targets.rotated!.set([8, 8, 2, 4, 0.3], 0);
    targets.rotated!.set([8, 8, 1.99, 4, 0.3], 5);
    const criterion = new ObbCriterion(model);
    expect([...criterion.inputs({ ...size, targets }).mask.data]).toEqual([1, 0, 0, 1, 0, 0]);
    // Twice as wide as high: a width of 2 pixels counts as 1, a height of 1 as 2.
    targets.rotated!.set([8, 8, 4, 1, 0.3], 5);
    expect([...criterion.inputs({ ...size, width: 64, targets }).mask.data]).toEqual([0, 1, 0, 1, 0, 0]);
  });
});

describe("ClassifyCriterion", () => {
  it("is not multiplied by the batch size, and its one part is itself", async () => {
    const targets = { ...hostTargets(), labels: Int32Array.from([1, 0, 0, 0, 1, 1]) };
    const criterion = new ClassifyCriterion();
    const logits = tf.tensor4d([0, 0, Math.log(3), 0], [2, 1, 1, 2]);
    const { total, parts } = criterion.loss([logits], upload<ClassifyTargets>(criterion.inputs({ ...size, targets })));
    const expected = (Math.log(2) + Math.log(4 / 3)) / 2;
    expectClose([(await values(total))[0]!, (await values(parts[0]!))[0]!], [expected, expected], { rel: 1e-6 });
  });

  it("is least at the smoothed shares", async () => {
    const labels = tf.tensor1d([0], "int32");
    const at = tf.tensor4d([Math.log(0.9 + 0.1 / 3), Math.log(0.1 / 3), Math.log(0.1 / 3)], [1, 1, 1, 3]);
    const gradient = tf.grad((x) => classificationLoss(x as tf.Tensor4D, { labels }, { labelSmoothing: 0.1 }))(at);
    expectClose(await values(gradient), [0, 0, 0], { abs: 1e-6 });
  });

  it("says that labels do not fit", () => {
    const labels = tf.tensor1d([0, 1], "int32");
    expect(() => classificationLoss(tf.zeros([1, 1, 1, 3]), { labels })).toThrow(/\[1,1,1,3\] and \[2\]/);
  });
});
