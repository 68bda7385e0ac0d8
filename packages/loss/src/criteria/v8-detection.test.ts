import { currentBackend } from "@lookonce/backend-onnxruntime";
import { xywhToXyxy } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import {
  askedTestDevice,
  describeGolden,
  expectClose,
  goldenJson,
  goldenTensors,
  recordsGraphs,
  usualDevices,
} from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { TaskAlignedAssigner } from "../assigners/task-aligned-assigner.ts";
import type { PaddedTargets } from "../targets.ts";
import { differences, useTestDevice, values } from "../test-device.ts";
import { WatchedAssigner } from "../test-watched-assigner.ts";
import type { V8LossOptions } from "./anchor-free.ts";
import { v8DetectionLoss } from "./v8-detection.ts";

useTestDevice();

/** Reads losses and gradients of one batch; `total` is what is differentiated. */
async function evaluate(raw: tf.Tensor4D[], targets: PaddedTargets, options: V8LossOptions) {
  const parts = v8DetectionLoss(raw, targets, options);
  const [box, cls, dfl, total] = await Promise.all([parts.box, parts.cls, parts.dfl, parts.total].map(values));
  const gradients = tf.grads(
    (...levels: tf.Tensor[]) => v8DetectionLoss(levels as tf.Tensor4D[], targets, options).total,
  );
  return {
    parts: [box![0]!, cls![0]!, dfl![0]!],
    total: total![0]!,
    gradients: await Promise.all(gradients(raw).map(values)),
  };
}

const strides = [8, 16];
const options: V8LossOptions = { strides, nc: 2, regMax: 4 };

/** Two levels of a 32 × 32 image, logits drawn from a normal distribution or all ±`extreme`. */
function randomRaw(random: Random, batch: number, extreme?: number): tf.Tensor4D[] {
  return [4, 2].map((side) => {
    const shape: [number, number, number, number] = [batch, side, side, 18];
    const draw = () => (extreme === undefined ? random.normal() : random.chance(0.5) ? extreme : -extreme);
    return tf.tensor4d(Float32Array.from({ length: batch * side * side * 18 }, draw), shape);
  });
}

function targets(mask: number[][]): PaddedTargets {
  return {
    labels: tf.tensor2d(
      mask.map(() => [1, 0, 7]),
      undefined,
      "int32",
    ),
    boxes: tf.tensor3d(
      mask.map(() => [
        [2, 3, 21, 30],
        [10, 10, 30, 22],
        [0, 0, 0, 0],
      ]),
    ),
    mask: tf.tensor2d(mask),
  };
}

describe("v8DetectionLoss", () => {
  it("is the sum of its parts times the batch size, and gains scale the parts", async () => {
    const raw = randomRaw(new Random(1), 2);
    const batch = targets([
      [1, 1, 0],
      [1, 0, 0],
    ]);
    const plain = await evaluate(raw, batch, options);
    const [box, cls, dfl] = plain.parts as [number, number, number];
    expect(Math.min(box, cls, dfl)).toBeGreaterThan(0);
    expectClose([plain.total], [2 * (box + cls + dfl)], { rel: 1e-6 });
    const gains = { box: 15, cls: tf.scalar(1), dfl: 0 };
    const scaled = await evaluate(raw, batch, { ...options, gains });
    expectClose(scaled.parts, [2 * box, 2 * cls, 0], { rel: 1e-6 });
  });

  it("has the gradient that differences show once the assignment is fixed", async () => {
    // The gradient treats the assignment and CIoU's α as constants, differences do not: the one is fixed, the box part,
    // whose gradient has its own tests, is left out.
    const raw = randomRaw(new Random(2), 1);
    const batch = targets([[1, 1, 0]]);
    const watched = new WatchedAssigner();
    v8DetectionLoss(raw, batch, { ...options, assigner: watched });
    const fixed: V8LossOptions = { ...options, assigner: { assign: () => watched.seen! }, gains: { box: 0 } };
    const { gradients } = await evaluate(raw, batch, fixed);
    const f = (x: tf.Tensor) => v8DetectionLoss([raw[0]!, x as tf.Tensor4D], batch, fixed).total;
    const point = await raw[1]!.data();
    const expected = await differences(f, { point, shape: raw[1]!.shape, step: 0.05 });
    expect(Math.max(...expected)).toBeGreaterThan(0.05);
    expectClose(gradients[1]!, expected, { abs: 3e-3, rel: 1e-2 });
  });

  it("computes foreground rows alone without changing a number", async () => {
    const raw = randomRaw(new Random(8), 2);
    const batch = targets([
      [1, 1, 0],
      [1, 0, 0],
    ]);
    const inner = new TaskAlignedAssigner({ topk: 3 });
    const few = await evaluate(raw, batch, { ...options, topk: 3 });
    const all = await evaluate(raw, batch, { ...options, assigner: { assign: (...input) => inner.assign(...input) } });
    expect(inner.maxForeground(3)).toBeLessThan(4 * 4 + 2 * 2);
    expectClose(few.parts, all.parts, { rel: 1e-6 });
    few.gradients.forEach((gradient, level) => {
      expectClose(gradient, all.gradients[level]!, { abs: 1e-6, rel: 1e-5 });
    });
  });

  it("has a class loss alone where there is no object", async () => {
    const { parts, gradients } = await evaluate(
      randomRaw(new Random(3), 2),
      targets([
        [0, 0, 0],
        [0, 0, 0],
      ]),
      options,
    );
    expect([parts[0], parts[2]]).toEqual([0, 0]);
    expect(parts[1]).toBeGreaterThan(0);
    for (const gradient of gradients) {
      gradient.forEach((g, i) => {
        if (i % 18 < 16) expect(Math.abs(g)).toBe(0);
        else expect(g).toBeGreaterThan(0);
      });
    }
  });

  it("works with one class", async () => {
    const random = new Random(10);
    const raw = [4, 2].map((side) => {
      const values = Float32Array.from({ length: side * side * 17 }, () => random.normal());
      return tf.tensor4d(values, [1, side, side, 17]);
    });
    const batch = { ...targets([[1, 1, 0]]), labels: tf.tensor2d([[0, 0, 7]], undefined, "int32") };
    const one = { ...options, nc: 1 };
    const { parts, gradients } = await evaluate(raw, batch, one);
    expect(Math.min(...parts)).toBeGreaterThan(0);
    // Box parts do not know how many classes there are: a second class that nobody has changes only the class part.
    const two = raw.map((level) => tf.concat([level, tf.onesLike(tf.slice(level, [0, 0, 0, 0], [-1, -1, -1, 1]))], 3));
    const more = await evaluate(two as tf.Tensor4D[], batch, options);
    expectClose([parts[0]!, parts[2]!], [more.parts[0]!, more.parts[2]!], { rel: 1e-6 });
    expect(gradients.every((gradient) => gradient.some((g) => g !== 0))).toBe(true);
  });

  it("stays finite with logits of ±1e4 and with boxes without area", async () => {
    const batch = targets([
      [1, 1, 1],
      [0, 0, 1],
    ]);
    batch.labels = tf.tensor2d(
      [
        [1, 0, 1],
        [0, 0, 0],
      ],
      [2, 3],
      "int32",
    );
    for (const raw of [randomRaw(new Random(4), 2, 1e4), randomRaw(new Random(4), 2)]) {
      const { parts, total, gradients } = await evaluate(raw, batch, options);
      expect([...parts, total, ...gradients.flatMap((g) => [...g])].every(Number.isFinite)).toBe(true);
    }
  });

  it("leaves nothing behind but its result", () => {
    const raw = randomRaw(new Random(5), 1);
    const batch = targets([[1, 1, 0]]);
    const before = tf.memory().numTensors;
    tf.dispose({ ...v8DetectionLoss(raw, batch, options) });
    expect(tf.memory().numTensors).toBe(before);
  });

  it("says which level or target does not fit", () => {
    const raw = randomRaw(new Random(6), 1);
    const batch = targets([[1, 1, 0]]);
    expect(() => v8DetectionLoss(raw, batch, { ...options, nc: 3 })).toThrow(/raw\[0\].*\[1,h,w,19\] for nc 3/);
    expect(() => v8DetectionLoss([], batch, options)).toThrow(/has no level/);
    expect(() => v8DetectionLoss(raw, batch, { ...options, strides: [8] })).toThrow(/1 entries for 2 levels/);
    expect(() =>
      v8DetectionLoss(
        raw,
        targets([
          [1, 1, 0],
          [1, 0, 0],
        ]),
        options,
      ),
    ).toThrow(/targets must be labels \[1,M\]/);
  });
});

describe.runIf(recordsGraphs)("v8DetectionLoss on a backend that compiles graphs", () => {
  useTestDevice("cpu");

  it("is one graph for all batches of a padding size, full, half empty and empty", async () => {
    const random = new Random(9);
    const compiled: number[] = [];
    for (let step = 0; step < 8; step++) {
      const raw = randomRaw(random, 2);
      const batch = targets([0, 1].map(() => [1, 2, 3].map(() => Number(random.chance(step / 7)))));
      batch.labels = tf.tensor2d(
        Array.from({ length: 6 }, () => random.integer(0, options.nc)),
        [2, 3],
        "int32",
      );
      await Promise.all([...raw, ...Object.values(batch)].map((tensor: tf.Tensor) => tensor.data()));
      const before = currentBackend()!.statistics.compiled;
      const total = tf.tidy(() => {
        const { value, grads } = tf.valueAndGrads(
          (...levels) => v8DetectionLoss(levels as tf.Tensor4D[], batch, options).total,
        )(raw);
        return tf.stack([value, ...grads.map((gradient) => tf.sum(tf.square(gradient)))]);
      });
      expect([...(await values(total))].every(Number.isFinite)).toBe(true);
      compiled.push(currentBackend()!.statistics.compiled - before);
    }
    // The backend treats these few labels as constants until it sees them change.
    expect(compiled.slice(2)).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

/** The golden cases' objects, which come as one list with image numbers, padded with `spare` rows. */
function goldenTargets(folder: string, spare: number): PaddedTargets {
  const { batch, shape } = goldenJson(`${folder}/settings.json`) as { batch: number; shape: [number, number] };
  const { batch_idx, cls, bboxes } = goldenTensors(`${folder}/inputs.safetensors`);
  const lists: { label: number; box: number[] }[][] = Array.from({ length: batch }, () => []);
  batch_idx!.data.forEach((image, i) => {
    lists[image]!.push({ label: cls!.data[i]!, box: [...bboxes!.data.subarray(4 * i, 4 * i + 4)] });
  });
  const rows = Math.max(...lists.map((list) => list.length)) + spare;
  const pad = <T>(pick: (object: { label: number; box: number[] }) => T, blank: T) =>
    lists.map((list) => Array.from({ length: rows }, (_, i) => (list[i] ? pick(list[i]) : blank)));
  const scale = tf.tensor1d([shape[1], shape[0], shape[1], shape[0]]);
  return {
    labels: tf.tensor2d(
      pad((o) => o.label, 0),
      [batch, rows],
      "int32",
    ),
    boxes: xywhToXyxy(
      tf.mul(
        tf.tensor3d(
          pad((o) => o.box, [0, 0, 0, 0]),
          [batch, rows, 4],
        ),
        scale,
      ),
    ) as tf.Tensor3D,
    mask: tf.tensor2d(
      pad(() => 1, 0),
      [batch, rows],
    ),
  };
}

const cases = ["nc3_128", "nc80_96", "nc3_128_empty"];
for (const [name, device] of cases.flatMap((name) => usualDevices.map((device) => [name, device] as const))) {
  const folder = `v8/loss/${name}`;
  describeGolden(
    `v8DetectionLoss on ${askedTestDevice ?? device} against the reference, ${name}`,
    [`${folder}/inputs.safetensors`],
    () => {
      useTestDevice(device);

      it.each([1, 5])("has its losses, gradients and assignment with %i spare rows", async (spare) => {
        const settings = goldenJson(`${folder}/settings.json`);
        const inputs = goldenTensors(`${folder}/inputs.safetensors`);
        const expected = goldenTensors(`${folder}/outputs.safetensors`);
        const raw = [0, 1, 2].map((level) => {
          const { data, shape } = inputs[`feats_${level}`]!;
          return tf.transpose(tf.tensor<tf.Rank.R4>(data, shape as [number, number, number, number]), [0, 2, 3, 1]);
        });
        const assigner = new WatchedAssigner();
        const lossOptions = { strides: settings.strides, nc: settings.nc, assigner };
        const { parts, total, gradients } = await evaluate(raw, goldenTargets(folder, spare), lossOptions);
        expectClose(parts, expected.loss_items!.data, { rel: 1e-5 });
        expectClose([total], expected.loss_sum!.data, { rel: 1e-5 });
        for (const [level, gradient] of gradients.entries()) {
          const nchw = tf.transpose<tf.Tensor>(tf.tensor(gradient, raw[level]!.shape), [0, 3, 1, 2]);
          expectClose(await values(nchw), expected[`grad_feats_${level}`]!.data, { abs: 2e-6, rel: 1e-3 });
        }
        expect([...(await values(assigner.seen!.foreground))]).toEqual([...expected.foreground!.data]);
        expectClose(await values(assigner.seen!.scores), expected.target_scores!.data, { abs: 1e-4 });
      });
    },
  );
}
