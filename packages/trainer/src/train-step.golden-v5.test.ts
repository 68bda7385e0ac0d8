import { readCheckpoint } from "@lookonce/checkpoint";
import { familySettings, makeRecipe } from "@lookonce/config";
import { createCriterion } from "@lookonce/families";
import type { TrainBatch } from "@lookonce/loss";
import { type DetectionModel, modelFromCheckpoint, stateDict } from "@lookonce/nn";
import {
  describeShared,
  enterTestDevice,
  expectClose,
  type GoldenTensor,
  goldenJson,
  goldenTensors,
  sharedPath,
} from "@lookonce/testing";
import { beforeAll, expect, it } from "vitest";
import { groupParameters } from "./optimizer/parameter-groups.ts";
import { Sgd } from "./optimizer/sgd.ts";
import { batchOf, compareState } from "./test-golden-batch.ts";
import { TrainStep } from "./train-step.ts";

beforeAll(async () => {
  await enterTestDevice();
});

function goldenBatch(): TrainBatch {
  const { images, targets } = goldenTensors("v5/train/train.safetensors") as Record<"images" | "targets", GoldenTensor>;
  const rows = Array.from({ length: targets.shape[0] as number }, (_, row) => [
    ...targets.data.slice(row * 6, row * 6 + 6),
  ]);
  return batchOf({
    images,
    imageIndices: rows.map(([image]) => image as number),
    classes: rows.map(([, label]) => label as number),
    boxes: rows.flatMap((row) => row.slice(2) as number[]),
  });
}

async function golden(weightDecay: number): Promise<{ model: DetectionModel; step: TrainStep; batch: TrainBatch }> {
  const model = modelFromCheckpoint(readCheckpoint(sharedPath("weights/yolov5n.pt")), "yolov5n.pt");
  const optimizer = new Sgd(groupParameters(model), { weightDecay });
  const criterion = await createCriterion(model, { recipe: makeRecipe(familySettings.v5), imgsz: 160 });
  return { model, step: new TrainStep(model, { criterion, optimizer }), batch: goldenBatch() };
}

describeShared("train, YOLOv5", ["golden/v5/train/train.safetensors", "weights/yolov5n.pt"], () => {
  const expected = goldenJson("v5/train/train.json");

  it("has the reference's losses before each of six steps, and its weights after them", async () => {
    const { model, step, batch } = await golden(5e-4);
    const settings = { lr: { bias: expected.lr, weight: expected.lr, norm: expected.lr }, momentum: 0.937 };
    const close = { rel: 1e-4 };
    for (const { total, box, objectness, class: cls, gradient_norm } of expected.before_each_step) {
      const result = await step.run(batch, settings);
      expectClose([result.losses.box as number], [box], close);
      expectClose([result.losses.obj as number], [objectness], close);
      expectClose([result.losses.cls as number], [cls], close);
      expectClose([result.total], [total], close);
      expectClose([result.gradientNorm], [gradient_norm], close);
    }
    await compareState(model, expected.parameters_after, { abs: 5e-5 });
    await compareState(model, expected.running_statistics_after, { abs: 1e-4 });
    const { total } = await step.run(batch, settings);
    expectClose([total], [expected.loss_of_a_train_mode_forward_after_the_last_step.total], close);
    model.dispose();
  });

  it("has the reference's first gradients", async () => {
    const { model, step, batch } = await golden(0);
    const before = await stateDict(model);
    await step.run(batch, { lr: { bias: 1, weight: 1, norm: 1 }, momentum: 0 });
    const after = await stateDict(model);
    const prefix = "first_step_gradient.";
    for (const [name, gradient] of Object.entries(goldenTensors("v5/train/train.safetensors"))) {
      if (!name.startsWith(prefix)) continue;
      const path = name.slice(prefix.length);
      const end = after.get(path)?.data as Float32Array;
      const difference = before.get(path)?.data.map((value, i) => value - (end[i] as number)) as Float32Array;
      const largest = Math.max(...Array.from(gradient.data, (value) => Math.abs(Number(value))));
      // Of the difference of two numbers, float32 leaves 1e-7 of the larger.
      expectClose(difference, gradient.data as Float32Array, { abs: 1e-4 * largest + 2e-7 });
    }
    expect(step.optimizerSteps).toBe(1);
    model.dispose();
  });
});
