import { readCheckpoint } from "@lookonce/checkpoint";
import { V8Criterion } from "@lookonce/loss";
import { modelFromCheckpoint } from "@lookonce/nn";
import {
  describeShared,
  enterTestDevice,
  expectClose,
  type GoldenTensor,
  goldenJson,
  goldenTensors,
  recordsGraphs,
  sharedPath,
  type Tolerance,
} from "@lookonce/testing";
import { beforeAll, expect, it } from "vitest";
import { groupParameters } from "./optimizer/parameter-groups.ts";
import { Sgd } from "./optimizer/sgd.ts";
import { batchOf, compareState } from "./test-golden-batch.ts";
import { TrainStep } from "./train-step.ts";

beforeAll(async () => {
  await enterTestDevice();
});

interface Bounds {
  rows: Tolerance[];
  norm?: Tolerance;
  after?: { loss: Tolerance; parameters: Tolerance; statistics: Tolerance };
}

const rel = (...values: number[]): Tolerance[] => values.map((value) => ({ rel: value }));

const inBlocks = process.arch === "x64" && process.env.LOOKONCE_BLOCKS !== "off";

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
      // Rounding grows from step to step; TensorFlow's other rounding has grown to 1.3e-3 in row 5, and after the last
      // step to 4e-2, where nothing is compared any more (docs/devices.md).
      rows: rel(1e-3, 1e-3, 1e-3, 1e-3, recordsGraphs ? 1e-3 : 2e-3, 2e-2),
      ...(recordsGraphs
        ? {
            norm: { rel: 2e-2 },
            after: { loss: { rel: 2e-2 }, parameters: { abs: 1e-4 }, statistics: { abs: 3e-2 } },
          }
        : {}),
    },
  ],
  // It does not converge: without blocks of channels rounding has grown to 1.1e-2 in row 4 (docs/devices.md).
  ["unclipped", { rows: rel(1e-3, 1e-3, 1e-3, ...(inBlocks ? [5e-3] : [])) }],
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
    const { images, batch_idx, cls, bboxes } = goldenTensors("v8/train/batch.safetensors") as Record<
      "images" | "batch_idx" | "cls" | "bboxes",
      GoldenTensor
    >;
    const batch = batchOf({ images, imageIndices: batch_idx.data, classes: cls.data, boxes: bboxes.data });
    const settings = { lr: { bias: lr, weight: lr, norm: lr }, momentum };
    for (const [i, tolerance] of bounds.rows.entries()) {
      const { losses, total, gradientNorm } = await step.run(batch, settings);
      expectClose(Object.values(losses), golden.loss_items_before_step[i], tolerance);
      expectClose([total], [golden.loss_sum_before_step[i]], tolerance);
      if (bounds.norm) expectClose([gradientNorm], [golden.gradient_norm_before_clipping[i]], bounds.norm);
    }
    if (bounds.after) {
      await compareState(model, golden.parameters_after, bounds.after.parameters);
      const { losses } = await step.run(batch, settings);
      expectClose(Object.values(losses), golden.loss_items_after_last_step, bounds.after.loss);
      // The reference measured that last loss in training mode too, which moved the statistics a seventh time.
      await compareState(model, golden.running_stats_after, bounds.after.statistics);
    }
    optimizer.dispose();
    model.dispose();
    expect(step.optimizerSteps).toBeGreaterThanOrEqual(3);
  });
});
