import { Random } from "@lookonce/random";
import { describeGolden, expectClose, goldenJson } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { AnchorAssigner } from "../assigners/anchor-assigner.ts";
import type { AnchorTargetTensors } from "../assigners/anchor-targets.ts";
import { croppedTargets } from "../test-anchor-targets.ts";
import { differences, useTestDevice, values } from "../test-device.ts";
import { LevelBalance } from "./level-balance.ts";
import { scaleV5Gains, type V5LossOptions, v5DetectionLoss } from "./v5-detection.ts";

useTestDevice();

const nc = 2;
const strides = [8, 16];
/** Two anchors a level, in cells. */
const assigner = new AnchorAssigner({
  anchors: [
    [
      [1.5, 2],
      [3, 2],
    ],
    [
      [2, 1.5],
      [3, 4],
    ],
  ],
  strides,
});
const options: V5LossOptions = { nc, gains: { box: 0.05, cls: 0.5, obj: 1 } };

/** Two levels of a 32 × 32 image, logits drawn from a normal distribution or all ±`extreme`. */
function randomRaw(
  random: Random,
  batch: number,
  { extreme, classes = nc }: { extreme?: number; classes?: number } = {},
) {
  return [4, 2].map((side) => {
    const outputs = 2 * (5 + classes);
    const draw = () => (extreme === undefined ? random.normal() : random.chance(0.5) ? extreme : -extreme);
    const logits = Float32Array.from({ length: batch * side * side * outputs }, draw);
    return tf.tensor4d(logits, [batch, side, side, outputs]);
  });
}

/** Rows of class and corners in pixels, a list an image. */
function targets(...images: number[][][]): AnchorTargetTensors {
  const maxTargets = 4;
  const host = {
    labels: new Int32Array(images.length * maxTargets),
    boxes: new Float32Array(images.length * maxTargets * 4),
    mask: new Float32Array(images.length * maxTargets),
    maxTargets,
  };
  images.forEach((objects, image) => {
    objects.forEach(([label, ...box], i) => {
      const at = image * maxTargets + i;
      host.labels[at] = label!;
      host.boxes.set(box, 4 * at);
      host.mask[at] = 1;
    });
  });
  return croppedTargets(assigner.assign(host, { count: images.length, height: 32, width: 32 }));
}

const some = [
  [1, 2, 3, 21, 30],
  [0, 10, 10, 30, 22],
];

async function evaluate(raw: tf.Tensor4D[], batch: AnchorTargetTensors, lossOptions: V5LossOptions) {
  const parts = v5DetectionLoss(raw, batch, lossOptions);
  const numbers = await Promise.all([parts.box, parts.obj, parts.cls, parts.total].map(values));
  const gradients = tf.grads(
    (...levels: tf.Tensor[]) => v5DetectionLoss(levels as tf.Tensor4D[], batch, lossOptions).total,
  );
  return { numbers: numbers.map(([n]) => n!), gradients: await Promise.all(gradients(raw).map(values)) };
}

describe("v5DetectionLoss", () => {
  it("is the sum of its parts times the batch size, and gains scale the parts", async () => {
    const raw = randomRaw(new Random(1), 2);
    const batch = targets(some, []);
    const { numbers } = await evaluate(raw, batch, options);
    const [box, obj, cls, total] = numbers as [number, number, number, number];
    expect(Math.min(box, obj, cls)).toBeGreaterThan(0);
    expectClose([total], [2 * (box + obj + cls)], { rel: 1e-6 });
    const scaled = await evaluate(raw, batch, { ...options, gains: { box: 0.1, cls: 0.25, obj: 0 } });
    expectClose(scaled.numbers.slice(0, 3), [2 * box, 0, cls / 2], { rel: 1e-6 });
  });

  it.each([
    { name: "as it is", settings: {} },
    {
      name: "with everything on",
      settings: { focalGamma: 1.5, labelSmoothing: 0.1, classPositiveWeight: 2, objectPositiveWeight: 3 },
    },
  ])("has the gradient that differences show, $name", async ({ settings }) => {
    // The gradient treats the IoU in the objectness target and CIoU's α as constants, differences do not: the target is
    // fixed at 1, the box part, whose gradient has its own tests, is left out.
    const fixed = { ...options, ...settings, iouRatio: 0, gains: { box: 0, cls: 0.5, obj: 1 } };
    const raw = randomRaw(new Random(2), 1);
    const batch = targets(some);
    const { gradients } = await evaluate(raw, batch, fixed);
    const f = (x: tf.Tensor) => v5DetectionLoss([raw[0]!, x as tf.Tensor4D], batch, fixed).total;
    const expected = await differences(f, { point: await raw[1]!.data(), shape: raw[1]!.shape, step: 0.05 });
    expect(Math.max(...expected)).toBeGreaterThan(0.02);
    expectClose(gradients[1]!, expected, { abs: 2e-3, rel: 1e-2 });
  });

  it("has the box gradient that differences show where CIoU's α is 0", async () => {
    // A square anchor and target, and no object but one; x and y of its cell move, the aspect stays.
    const square = new AnchorAssigner({ anchors: [[[2, 2]]], strides: [8] });
    const rows = square.assign(
      {
        labels: Int32Array.of(0),
        boxes: Float32Array.of(5, 5, 21, 21),
        mask: Float32Array.of(1),
        maxTargets: 1,
      },
      { count: 1, height: 32, width: 32 },
    );
    const batch = croppedTargets(rows);
    const only: V5LossOptions = { nc: 1, gains: { box: 1, cls: 0, obj: 0 } };
    const place = rows.cells[0]! * 6;
    const base = new Float32Array(4 * 4 * 6);
    const at = (xy: tf.Tensor) => {
      const moved = tf.concat([tf.fill([place], 0), xy, tf.fill([base.length - place - 2], 0)]);
      return v5DetectionLoss([tf.reshape(moved, [1, 4, 4, 6])], batch, only).total;
    };
    const point = [0.4, -0.3];
    const expected = await differences(at, { point, shape: [2], step: 0.01 });
    expect(Math.abs(expected[0]!)).toBeGreaterThan(0.01);
    expectClose(await values(tf.grad(at)(tf.tensor1d(point))), expected, { abs: 1e-4, rel: 5e-3 });
  });

  it("has objectness alone where there is no object, and no class loss with one class", async () => {
    const empty = await evaluate(randomRaw(new Random(3), 2), targets([], []), options);
    const [box, obj, cls] = empty.numbers as [number, number, number];
    expect([box, cls]).toEqual([0, 0]);
    expect(obj).toBeGreaterThan(0);
    for (const gradient of empty.gradients) {
      gradient.forEach((g, i) => {
        if (i % (5 + nc) === 4) expect(g).toBeGreaterThan(0);
        else expect(Math.abs(g)).toBe(0);
      });
    }
    const raw = randomRaw(new Random(4), 1, { classes: 1 });
    const single = await evaluate(raw, targets([[0, 2, 3, 21, 30]]), { ...options, nc: 1 });
    expect(single.numbers[2]).toBe(0);
    expect(single.numbers[0]).toBeGreaterThan(0);
    for (const gradient of single.gradients) {
      gradient.forEach((g, i) => {
        if (i % 6 === 5) expect(Math.abs(g)).toBe(0);
      });
    }
  });

  it("lets the last of several matches of a cell decide its objectness", async () => {
    const raw = randomRaw(new Random(5), 1);
    const near = [0, 4, 4, 18, 20];
    const far = [1, 3, 5, 18, 19];
    const only: V5LossOptions = { ...options, gains: { box: 0, cls: 0, obj: 1 } };
    const obj = async (...objects: number[][]) => (await evaluate(raw, targets(objects), only)).numbers[1]!;
    expectClose([await obj(near, far)], [await obj(far)], { rel: 1e-6 });
    expectClose([await obj(far, near)], [await obj(near)], { rel: 1e-6 });
    expect(Math.abs((await obj(near)) - (await obj(far)))).toBeGreaterThan(1e-4);
  });

  it("uses the IoU as objectness target to the extent of iouRatio", async () => {
    const raw = randomRaw(new Random(6), 1);
    const obj = async (iouRatio: number) => (await evaluate(raw, targets(some), { ...options, iouRatio })).numbers[1]!;
    const [none, half, full] = [await obj(0), await obj(0.5), await obj(1)];
    expectClose([half], [(none + full) / 2], { rel: 1e-5 });
    expect(Math.abs(none - full)).toBeGreaterThan(1e-4);
  });

  it("trains learned level weights along", async () => {
    const balance = new LevelBalance({ strides, mode: "learned" });
    const variable = balance.parameters.get("balance")!;
    const raw = randomRaw(new Random(7), 1);
    const batch = targets(some);
    const learned = { ...options, balance };
    const loss = () => v5DetectionLoss(raw, batch, learned).total;
    const { grads } = tf.variableGrads(loss, [variable]);
    const expected = await differences(
      (x) => {
        variable.assign(x);
        return loss();
      },
      { point: [0, 0], shape: [2], step: 0.02 },
    );
    const gradient = await values(grads[variable.name]!);
    expect(Math.abs(gradient[0]!)).toBeGreaterThan(0.01);
    expectClose(gradient, expected, { abs: 1e-3, rel: 1e-2 });
    balance.dispose();
  });

  it.each([0, 1.5])("stays finite with logits of ±1e4 and boxes without area, focal power %d", async (focalGamma) => {
    const degenerate = [
      [1, 5, 5, 5, 5],
      [0, 0, 0, 0, 0],
      [1, 20, 20, 4, 4],
      [0, 3, 3, 19, 3],
    ];
    const batches = [
      targets(some, degenerate),
      targets([], some),
      targets([], []),
      targets([[1, -20, -20, 0.5, 0.5]], [[0, 25, 25, 60, 60]]),
    ];
    const raws = [randomRaw(new Random(8), 2, { extreme: 1e4 }), randomRaw(new Random(8), 2)];
    for (const [batch, raw] of batches.flatMap((batch) => raws.map((raw) => [batch, raw] as const))) {
      const settings = { ...options, focalGamma, classPositiveWeight: 2, balance: auto() };
      const { numbers, gradients } = await evaluate(raw, batch, settings);
      expect([...numbers, ...gradients.flatMap((g) => [...g])].every(Number.isFinite)).toBe(true);
      expect([...(await values(settings.balance.weights()))].every(Number.isFinite)).toBe(true);
    }
  });

  it("leaves nothing behind but its result", () => {
    const raw = randomRaw(new Random(9), 1);
    const batch = targets(some);
    const settings = { ...options, balance: auto() };
    const before = tf.memory().numTensors;
    tf.dispose({ ...v5DetectionLoss(raw, batch, settings) });
    expect(tf.memory().numTensors).toBe(before);
  });

  it("says which level or target does not fit", () => {
    const raw = randomRaw(new Random(10), 1);
    const batch = targets(some);
    expect(() => v5DetectionLoss(raw, batch, { ...options, nc: 4 })).toThrow(/raw\[0\].*\[1,h,w,na·9\] for nc 4/);
    expect(() => v5DetectionLoss([], batch, options)).toThrow(/has no level/);
    expect(() => v5DetectionLoss(raw.slice(1), batch, options)).toThrow(/expected \[1,R\].*1 levels/);
  });
});

function auto(): LevelBalance {
  return new LevelBalance({ strides, mode: "auto" });
}

describe("scaleV5Gains", () => {
  it("leaves gains alone at 3 levels, 80 classes and 640 pixels, and scales them elsewhere", () => {
    const gains = { box: 0.05, cls: 0.5, obj: 1 };
    expect(scaleV5Gains(gains, { nl: 3, nc: 80, imgsz: 640 })).toEqual(gains);
    const scaled = scaleV5Gains(gains, { nl: 4, nc: 8, imgsz: 320 });
    expectClose([scaled.box, scaled.cls, scaled.obj], [0.0375, 0.0375, 0.1875], { rel: 1e-12 });
  });
});

describeGolden(
  "scaleV5Gains against the reference",
  ["v5/schedule/scaling.json", "v5/schedule/scaling_v61.json"],
  () => {
    it.each(["scaling", "scaling_v61"])("computes the gains of %s", (name) => {
      const { unscaled, scaled } = goldenJson(`v5/schedule/${name}.json`);
      expect(scaled.length).toBeGreaterThan(3);
      for (const { detection_layers: nl, nc, imgsz, box, cls, obj } of scaled) {
        const gains = scaleV5Gains(unscaled, { nl, nc, imgsz });
        expectClose([gains.box, gains.cls, gains.obj], [box, cls, obj], { rel: 1e-9 });
      }
    });
  },
);
