import { registerOnnxRuntime } from "@lookonce/backend-onnxruntime";
import { readCheckpoint } from "@lookonce/checkpoint";
import { padTargets } from "@lookonce/data";
import { type Module, modelFromCheckpoint, stateDict } from "@lookonce/nn";
import {
  describeShared,
  expectClose,
  type GoldenTensor,
  goldenJson,
  goldenTensors,
  sharedPath,
  type Tolerance,
} from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, it } from "vitest";
import type { TrainBatch } from "./criteria/criterion.ts";
import { V8Criterion } from "./criteria/v8-criterion.ts";
import { groupParameters } from "./optimizer/parameter-groups.ts";
import { Sgd } from "./optimizer/sgd.ts";
import { TrainStep } from "./train-step.ts";

beforeAll(async () => {
  await registerOnnxRuntime();
  await tf.setBackend("onnxruntime");
});

function goldenBatch(): TrainBatch {
  const { images, batch_idx, cls, bboxes } = goldenTensors("v8/train/batch.safetensors") as Record<
    "images" | "batch_idx" | "cls" | "bboxes",
    GoldenTensor
  >;
  const [count, channels, height, width] = images.shape as [number, number, number, number];
  const bytes = new Uint8Array(images.data.length as number);
  const plane = height * width;
  bytes.forEach((_, i) => {
    const [n, pixel, c] = [Math.floor(i / (plane * 3)), Math.floor(i / 3) % plane, i % 3];
    bytes[i] = Math.round((images.data[(n * channels + c) * plane + pixel] as number) * 255);
  });
  const samples = Array.from({ length: count }, (_, n) => {
    const rows = [...batch_idx.data].flatMap((index, row) => (index === n ? [row] : []));
    const boxes = rows.flatMap((row) => {
      const [x, y, w, h] = [...bboxes.data.slice(row * 4, row * 4 + 4)] as [number, number, number, number];
      return [(x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height];
    });
    return { boxes: Float32Array.from(boxes), classes: Int32Array.from(rows, (row) => cls.data[row] as number) };
  });
  return { images: bytes, count, height, width, targets: padTargets(samples) };
}

interface Summary {
  mean: number;
  std: number;
  first8: number[];
}

async function compareState(model: Module, expected: Record<string, Summary>, tolerance: Tolerance): Promise<void> {
  const state = await stateDict(model);
  for (const [path, { mean, std, first8 }] of Object.entries(expected)) {
    const data = state.get(path)?.data as Float32Array;
    const average = data.reduce((sum, v) => sum + v, 0) / data.length;
    const deviation = Math.sqrt(data.reduce((sum, v) => sum + (v - average) ** 2, 0) / data.length);
    expectClose([average, deviation, ...data.slice(0, 8)], [mean, std, ...first8], tolerance);
  }
}

interface Bounds {
  rows: Tolerance[];
  norm?: Tolerance;
  after?: { loss: Tolerance; parameters: Tolerance; statistics: Tolerance };
}

const rel = (...values: number[]): Tolerance[] => values.map((value) => ({ rel: value }));

const cases: [name: string, bounds: Bounds][] = [
  [
    "unclipped_small_lr",
    {
      rows: rel(1e-5, 1e-4, 1e-4, 1e-4, 1e-4, 1e-4),
      norm: { rel: 1e-4 },
      after: { loss: { rel: 1e-4 }, parameters: { abs: 1e-5 }, statistics: { abs: 1e-3 } },
    },
  ],
  [
    "clipped_at_10",
    {
      rows: rel(1e-3, 1e-3, 1e-3, 1e-3, 1e-3, 2e-2),
      norm: { rel: 2e-2 },
      after: { loss: { rel: 2e-2 }, parameters: { abs: 1e-4 }, statistics: { abs: 3e-2 } },
    },
  ],
  ["unclipped", { rows: rel(1e-3, 1e-3, 1e-3, 5e-3) }],
];

describeShared("train, YOLOv8", ["golden/v8/train/batch.safetensors", "weights/yolov8n.pt"], () => {
  it.each(cases)("%s", async (name, bounds) => {
    const golden = goldenJson(`v8/train/${name}.json`);
    const { lr, momentum, clip_gradient_norm, weight_decay_conv_weights } = golden.settings;
    const model = modelFromCheckpoint(await readCheckpoint(sharedPath("weights/yolov8n.pt")), "yolov8n.pt");
    const optimizer = new Sgd(groupParameters(model), { weightDecay: weight_decay_conv_weights });
    const step = new TrainStep(model, {
      criterion: new V8Criterion(model),
      optimizer,
      ...(clip_gradient_norm === null ? {} : { clip: clip_gradient_norm }),
    });
    const batch = goldenBatch();
    const rates = { rates: { bias: lr, weight: lr, norm: lr }, momentum };
    for (const [i, tolerance] of bounds.rows.entries()) {
      const { losses, total, gradientNorm } = await step.run(batch, rates);
      expectClose(Object.values(losses), golden.loss_items_before_step[i], tolerance);
      expectClose([total], [golden.loss_sum_before_step[i]], tolerance);
      if (bounds.norm) expectClose([gradientNorm], [golden.gradient_norm_before_clipping[i]], bounds.norm);
    }
    if (bounds.after) {
      await compareState(model, golden.parameters_after, bounds.after.parameters);
      const { losses } = await step.run(batch, rates);
      expectClose(Object.values(losses), golden.loss_items_after_last_step, bounds.after.loss);
      // The reference measured that last loss in training mode too, which moved the statistics a seventh time.
      await compareState(model, golden.running_stats_after, bounds.after.statistics);
    }
    optimizer.dispose();
    model.dispose();
    expect(step.updates).toBeGreaterThan(3);
  });
});
