import { readCheckpoint } from "@lookonce/checkpoint";
import { familySettings, makeRecipe } from "@lookonce/config";
import { familyOf } from "@lookonce/families";
import type { TrainBatch } from "@lookonce/loss";
import { modelFromCheckpoint, stateDict } from "@lookonce/nn";
import {
  describeGolden,
  expectClose,
  type GoldenTensor,
  goldenJson,
  goldenTargets,
  goldenTensors,
  objectsOfRows,
  sharedPath,
} from "@lookonce/testing";
import { expect, it } from "vitest";
import { groupParameters } from "./optimizer/parameter-groups.ts";
import { Sgd } from "./optimizer/sgd.ts";
import { bytesOf, compareState } from "./test-golden-batch.ts";
import { TrainStep } from "./train-step.ts";

/** A batch of any task and family; a classifier's images have a class each, and a box that nobody reads. */
export function taskBatch(tensors: Record<string, GoldenTensor>): TrainBatch {
  const { images_u8: images, targets: rows, cls, batch_idx, bboxes, masks, keypoints } = tensors;
  const size = bytesOf(images!);
  const count = cls?.data.length ?? 0;
  const objects = rows
    ? objectsOfRows(rows)
    : {
        images: batch_idx?.data ?? Array.from({ length: count }, (_, i) => i),
        classes: cls!.data,
        boxes: bboxes ?? { shape: [count, 4], data: new Float32Array(4 * count) },
      };
  return { ...size, targets: goldenTargets({ ...objects, masks, keypoints }, size) };
}

const bounds = {
  small_lr: { losses: 1e-4, first: 2e-5, parameters: 1e-5 },
  clipped_at_10: { losses: 5e-4, first: 2e-5, parameters: 1e-4 },
};

/** Compares six steps of a task with the reference's. */
export function describeTraining(task: string, name: keyof typeof bounds): void {
  const { losses, first, parameters } = bounds[name];
  const file = `tasks/train/${task}/${name}.json`;
  describeGolden(`training of ${task} against the reference, ${name}`, [file], () => {
    it("has its losses before each of six steps, and its weights after them", async () => {
      const golden = goldenJson(file);
      const { lr, momentum, clip_gradient_norm, weight_decay_conv_and_linear_weights: weightDecay } = golden.settings;
      // Where rounding decides, the reference's own single precision has strayed further than the usual tolerance.
      const strayed = golden.difference_of_float32_from_float64;
      const path = sharedPath(`golden/tasks/e2e/${task}/model.pt`);
      const model = modelFromCheckpoint(readCheckpoint(path), path);
      const optimizer = new Sgd(groupParameters(model), { weightDecay });
      const criterion = await familyOf(model.family).createCriterion(model, {
        recipe: makeRecipe(familySettings.v8, {}, task),
        imgsz: 128,
      });
      const clip = clip_gradient_norm === null ? {} : { clip: clip_gradient_norm };
      const step = new TrainStep(model, { criterion, optimizer, ...clip });
      const batch = taskBatch(goldenTensors(`tasks/train/${task}/batch.safetensors`));
      const settings = { lr: { bias: lr, weight: lr, norm: lr }, momentum };
      for (const [i, items] of golden.loss_items_before_step.entries()) {
        const result = await step.run(batch, settings);
        const close = { rel: i === 0 ? first : Math.max(losses, 2 * strayed.loss_items_per_step[i]) };
        expectClose(Object.values(result.losses), items, close);
        expectClose([result.total], [golden.loss_sum_before_step[i]], close);
        expectClose([result.gradientNorm], [golden.gradient_norm_before_clipping[i]], {
          rel: Math.max(losses, 2 * strayed.gradient_norm[i]),
        });
      }
      const least = 2 * strayed.parameters_after_first8_absolute;
      await compareState(model, golden.parameters_after, { abs: Math.max(parameters, least) });
      let sum = 0;
      const trained = model.namedParameters();
      for (const [path, { data }] of await stateDict(model)) {
        if (trained.get(path)?.trainable) for (const value of data as Float32Array) sum += Math.abs(value);
      }
      expectClose([sum], [golden.checksum_after.sum_of_absolute], { rel: 1e-5 });
      // The reference measured the loss after the last step in training mode too, which moved the statistics a seventh time.
      const { losses: last } = await step.run(batch, { lr: { bias: 0, weight: 0, norm: 0 }, momentum });
      expectClose(Object.values(last), golden.loss_items_after_last_step, {
        rel: Math.max(losses, 2 * strayed.loss_items_after_last_step),
      });
      await compareState(model, golden.running_stats_after, { abs: 1e-4 });
      expect(step.optimizerSteps).toBe(7);
      optimizer.dispose();
      model.dispose();
    });
  });
}
