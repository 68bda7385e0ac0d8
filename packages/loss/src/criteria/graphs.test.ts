import { currentBackend, RecordedStep, type StepInput, type StepInputs } from "@lookonce/backend-onnxruntime";
import { Random } from "@lookonce/random";
import { expectClose, recordsGraphs } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { AnchorAssigner } from "../assigners/anchor-assigner.ts";
import { type AnchorTargetTensors, anchorTargetInputs } from "../assigners/anchor-targets.ts";
import type { HostTargets, PaddedTargets } from "../targets.ts";
import { useTestDevice } from "../test-device.ts";
import { LevelBalance } from "./level-balance.ts";
import { v5DetectionLoss } from "./v5-detection.ts";
import { v8DetectionLoss } from "./v8-detection.ts";

const strides = [8, 16, 32];
const [side, nc, count] = [64, 3, 2];
const buckets = [16, 64, 256, 512];

/** 0 to 300 objects an image, padded as `@lookonce/data` pads them. */
function randomTargets(random: Random): HostTargets {
  const counts = Array.from({ length: count }, () => (random.chance(0.2) ? 0 : Math.floor(301 ** random.uniform())));
  const maxTargets = buckets.find((bucket) => bucket >= Math.max(...counts))!;
  const labels = new Int32Array(count * maxTargets);
  const boxes = new Float32Array(count * maxTargets * 4);
  const mask = new Float32Array(count * maxTargets);
  counts.forEach((objects, image) => {
    for (let i = 0; i < objects; i++) {
      const at = image * maxTargets + i;
      const [x, y] = [random.uniform(0, side), random.uniform(0, side)];
      labels[at] = random.integer(0, nc);
      boxes.set([x, y, Math.min(x + random.uniform(2, 60), side), Math.min(y + random.uniform(2, 60), side)], 4 * at);
      mask[at] = 1;
    }
  });
  return { labels, boxes, mask, maxTargets };
}

/** How a family takes part: what it needs of a batch, and its loss. */
interface Family<T extends Record<string, tf.Tensor>> {
  outputs: number;
  inputs(targets: HostTargets): StepInputs<T>;
  loss(raw: tf.Tensor4D[], targets: T): tf.Scalar;
  variables: tf.Variable[];
}

function v5(): Family<AnchorTargetTensors> {
  const sides: [number, number][] = [
    [1, 1],
    [2, 3],
    [3, 2],
  ];
  const assigner = new AnchorAssigner({ anchors: strides.map(() => sides), strides });
  const balance = new LevelBalance({ strides, mode: "auto" });
  return {
    outputs: 3 * (5 + nc),
    inputs: (targets) => anchorTargetInputs(assigner.assign(targets, { count, height: side, width: side })),
    loss: (raw, targets) => v5DetectionLoss(raw, targets, { nc, balance }).total,
    variables: [...balance.state.values()],
  };
}

function v8(): Family<PaddedTargets> {
  return {
    outputs: 4 * 16 + nc,
    inputs({ labels, boxes, mask, maxTargets }) {
      const shape = [count, maxTargets];
      return {
        labels: { data: labels, shape, dtype: "int32" },
        boxes: { data: boxes, shape: [...shape, 4] },
        mask: { data: mask, shape },
      };
    },
    loss: (raw, targets) => v8DetectionLoss(raw, targets, { nc, strides }).total,
    variables: [],
  };
}

describe.runIf(recordsGraphs).each<{ name: string; make: () => Family<Record<string, tf.Tensor>> }>([
  { name: "v5DetectionLoss", make: v5 },
  { name: "v8DetectionLoss", make: v8 },
])("$name on a backend that compiles graphs", ({ make }) => {
  useTestDevice("cpu");

  it("is one graph for all batches of a padding bucket, from empty to 300 objects an image", async () => {
    const { outputs, inputs, loss, variables } = make();
    const step = new RecordedStep(({ raw, targets }: { raw: tf.Tensor4D[]; targets: Record<string, tf.Tensor> }) => {
      const { value, grads } = tf.valueAndGrads((...maps) => loss(maps as tf.Tensor4D[], targets))(raw);
      return { numbers: tf.stack([value, ...grads.map((gradient) => tf.sum(tf.square(gradient)))]) };
    }, variables);
    const random = new Random(11);
    const seen = new Set<string>();
    let compiled = 0;
    for (let k = 0; k < 50; k++) {
      const targets = inputs(randomTargets(random)) as Record<string, StepInput>;
      seen.add(
        Object.values(targets)
          .map(({ shape }) => shape.join())
          .join(" "),
      );
      const raw = strides.map((stride): StepInput => {
        const shape = [count, side / stride, side / stride, outputs];
        const size = shape.reduce((a, b) => a * b);
        return { data: Float32Array.from({ length: size }, () => random.normal()), shape };
      });
      const before = currentBackend()!.statistics.compiled;
      const { numbers } = await step.run({ raw, targets });
      compiled += currentBackend()!.statistics.compiled - before;
      expect([...numbers].every(Number.isFinite)).toBe(true);
      if (k % 10 > 0) continue;
      // The same at once, to see that nothing of the first batch was baked in; level weights move little in a step.
      const upload = ({ data, shape, dtype }: StepInput): tf.Tensor => tf.tensor(data, [...shape], dtype);
      const uploaded = Object.entries(targets).map(([name, target]) => [name, upload(target)]);
      const direct = loss(raw.map(upload) as tf.Tensor4D[], Object.fromEntries(uploaded));
      expectClose(await direct.data(), numbers.subarray(0, 1), { rel: 1e-3 });
    }
    expect(seen.size).toBeGreaterThan(1);
    expect(seen.size).toBeLessThanOrEqual(buckets.length);
    expect(compiled).toBe(seen.size);
  });
});
