import { currentBackend, RecordedStep, type StepInput } from "@lookonce/backend-onnxruntime";
import { Random } from "@lookonce/random";
import { expectClose, recordsGraphs } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import type { HostTargets } from "../targets.ts";
import { useTestDevice } from "../test-device.ts";
import { upload } from "../test-task-case.ts";
import { branchedCriterion } from "./branches.ts";
import type { Criterion, NamedTensors } from "./criterion.ts";
import { ObbCriterion } from "./obb.ts";
import { PoseCriterion } from "./pose.ts";
import { SegmentCriterion } from "./segment.ts";
import { V5Criterion } from "./v5-criterion.ts";
import { V5SegmentCriterion } from "./v5-segment.ts";
import { V8Criterion } from "./v8-criterion.ts";

const strides = [8, 16, 32];
const [side, nc, count] = [64, 3, 2];
const size = { count, height: side, width: side, images: new Uint8Array(0) };
const buckets = [16, 64, 256, 512];

/** 0 to 300 objects an image with all kinds of labels, padded as `@lookonce/data` pads them. */
function randomTargets(random: Random): HostTargets {
  const counts = Array.from({ length: count }, () => (random.chance(0.2) ? 0 : Math.floor(301 ** random.uniform())));
  const maxTargets = buckets.find((bucket) => bucket >= Math.max(...counts))!;
  const labels = new Int32Array(count * maxTargets);
  const boxes = new Float32Array(count * maxTargets * 4);
  const mask = new Float32Array(count * maxTargets);
  const rotated = new Float32Array(count * maxTargets * 5);
  const keypoints = new Float32Array(count * maxTargets * 9);
  counts.forEach((objects, image) => {
    for (let i = 0; i < objects; i++) {
      const at = image * maxTargets + i;
      const [x, y] = [random.uniform(0, side), random.uniform(0, side)];
      labels[at] = random.integer(0, nc);
      boxes.set([x, y, Math.min(x + random.uniform(2, 60), side), Math.min(y + random.uniform(2, 60), side)], 4 * at);
      rotated.set([x, y, random.uniform(1, 40), random.uniform(1, 40), random.uniform(0, Math.PI / 2)], 5 * at);
      keypoints.set([x, y, 1, y, x, 0, x, x, 2], 9 * at);
      mask[at] = 1;
    }
  });
  const masks = Uint8Array.from({ length: count * (side / 4) ** 2 }, () => random.integer(0, 20));
  return { labels, boxes, mask, maxTargets, masks, maskSize: [side / 4, side / 4], keypoints, rotated };
}

/** A criterion and the channels of a cell; of the prototypes, where there are some. */
interface Case {
  name: string;
  criterion: () => Criterion;
  channels: number;
  prototypes?: number;
  /** Branches of the head. Default 1. */
  branches?: number;
  /** How many shapes there may be: of targets alone, or of targets and blocks of rows. */
  shapes: number;
}

const model = { strides, nc, regMax: 16 };
const single = { ...model, regMax: 1 };
const head = { branches: ["one2many", "one2one"] };
const rules84 = { minAssignedSide: true };
const anchors = strides.map((): [number, number][] => [
  [1, 1],
  [2, 3],
  [3, 2],
]);
const v5Options = { gains: { box: 0.05, cls: 0.5, obj: 1 }, imgsz: side, balance: "auto" } as const;
const cases: Case[] = [
  {
    name: "V5Criterion",
    criterion: () => new V5Criterion({ ...model, anchors }, v5Options),
    channels: 3 * (5 + nc),
    shapes: buckets.length,
  },
  {
    name: "DualCriterion",
    criterion: () => branchedCriterion({ strides, head }, (rules) => new V8Criterion(single, {}, rules), rules84),
    ...{ channels: 4 + nc, branches: 2, shapes: buckets.length },
  },
  { name: "V8Criterion", criterion: () => new V8Criterion(model), channels: 64 + nc, shapes: buckets.length },
  {
    name: "SegmentCriterion",
    criterion: () => new SegmentCriterion(model) as Criterion,
    ...{ channels: 64 + nc + 4, prototypes: 4, shapes: buckets.length },
  },
  {
    name: "V5SegmentCriterion",
    criterion: () => new V5SegmentCriterion({ ...model, anchors }, v5Options) as Criterion,
    ...{ channels: 3 * (5 + nc + 4), prototypes: 4, shapes: 3 * buckets.length },
  },
  {
    name: "PoseCriterion",
    criterion: () => new PoseCriterion(model) as Criterion,
    channels: 64 + nc + 9,
    shapes: buckets.length,
  },
  {
    name: "ObbCriterion",
    criterion: () => new ObbCriterion(model) as Criterion,
    channels: 64 + nc + 1,
    shapes: buckets.length,
  },
];

describe.runIf(recordsGraphs).each(cases)("$name on a backend that compiles graphs", (one) => {
  useTestDevice("cpu");

  it("is one graph for all batches of a padding bucket, from empty to 300 objects an image", async () => {
    const criterion = one.criterion();
    const variables = [...criterion.parameters.values(), ...criterion.state.values()];
    const step = new RecordedStep(({ raw, targets }: { raw: tf.Tensor4D[]; targets: NamedTensors }) => {
      const { value, grads } = tf.valueAndGrads((...maps) => criterion.loss(maps as tf.Tensor4D[], targets).total)(raw);
      return { numbers: tf.stack([value, ...grads.map((gradient) => tf.sum(tf.square(gradient)))]) };
    }, variables);
    const random = new Random(11);
    const seen = new Set<string>();
    let compiled = 0;
    for (let k = 0; k < 24; k++) {
      const targets = criterion.inputs({ ...size, targets: randomTargets(random) });
      seen.add(JSON.stringify(Object.values(targets).map(({ shape }) => shape)));
      criterion.startEpoch?.(k, 24);
      const levels = Array.from({ length: one.branches ?? 1 }, () => strides).flat();
      const shapes = levels.map((stride): [number, number, number, number] => [
        count,
        side / stride,
        side / stride,
        one.channels,
      ]);
      if (one.prototypes !== undefined) shapes.push([count, side / 4, side / 4, one.prototypes]);
      const raw = shapes.map((shape): StepInput => {
        const length = shape.reduce((a, b) => a * b);
        return { data: Float32Array.from({ length }, () => random.normal()), shape };
      });
      const before = currentBackend()!.statistics.compiled;
      const { numbers } = await step.run({ raw, targets });
      compiled += currentBackend()!.statistics.compiled - before;
      expect([...numbers].every(Number.isFinite)).toBe(true);
      if (k % 12 > 0) continue;
      // The same at once, to see that nothing of the first batch was baked in; level weights move little in a step.
      const maps = raw.map(({ data }, i) => tf.tensor4d(data, shapes[i]!));
      const direct = criterion.loss(maps, upload(targets)).total;
      expectClose(await direct.data(), numbers.subarray(0, 1), { rel: 1e-3 });
    }
    expect(seen.size).toBeGreaterThan(1);
    expect(seen.size).toBeLessThanOrEqual(one.shapes);
    expect(compiled).toBe(seen.size);
    criterion.dispose();
  });
});
