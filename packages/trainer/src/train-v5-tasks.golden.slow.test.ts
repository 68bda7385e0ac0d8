import { familySettings, makeRecipe, type OptimizerName } from "@lookonce/config";
import { familyOf } from "@lookonce/families";
import type { TrainBatch } from "@lookonce/loss";
import { DetectionModel, loadStateDict, parseModelConfig, readModelConfig } from "@lookonce/nn";
import {
  describeGolden,
  enterTestDevice,
  expectClose,
  type GoldenTensor,
  goldenJson,
  goldenTargets,
  goldenTensors,
} from "@lookonce/testing";
import { beforeAll, expect, it } from "vitest";
import { makeOptimizer } from "./optimizer/make-optimizer.ts";
import { groupParameters } from "./optimizer/parameter-groups.ts";
import { bytesOf } from "./test-golden-batch.ts";
import { TrainStep } from "./train-step.ts";

beforeAll(async () => {
  await enterTestDevice();
});

/** A shipped YOLOv5 at a sixteenth of its width, with the golden weights. */
function narrowV5(name: string, nc: number, weights: string): DetectionModel {
  const { source, depth } = readModelConfig(name, { nc });
  const { scales: _, scale: __, ...rest } = source;
  const model = new DetectionModel(
    parseModelConfig({ ...rest, depth_multiple: depth, width_multiple: 0.0625 }, { name }),
  );
  loadStateDict(model, new Map(Object.entries(goldenTensors(weights))));
  return model;
}

function segmentBatch({ images_u8, targets, masks }: Record<string, GoldenTensor>): TrainBatch {
  const size = bytesOf(images_u8!);
  const rows = Array.from({ length: targets!.shape[0]! }, (_, i) => [...targets!.data.subarray(6 * i, 6 * i + 6)]);
  const objects = {
    images: rows.map(([image]) => image!),
    classes: rows.map(([, label]) => label!),
    boxes: { shape: [rows.length, 4], data: Float32Array.from(rows.flatMap((row) => row.slice(2))) },
    masks,
  };
  return { ...size, targets: goldenTargets(objects, size) };
}

function classifyBatch({ images_u8, cls }: Record<string, GoldenTensor>): TrainBatch {
  const size = bytesOf(images_u8!);
  const { count } = size;
  const boxes = { shape: [count, 4], data: new Float32Array(4 * count) };
  const images = Array.from({ length: count }, (_, i) => i);
  return { ...size, targets: goldenTargets({ images, classes: cls!.data, boxes }, size) };
}

const cases = [
  {
    task: "segment",
    name: "yolov5n-seg",
    nc: 3,
    from: "forward_seg",
    folder: "train_seg",
    batchOf: segmentBatch,
    norms: 5e-3,
  },
  {
    task: "classify",
    name: "yolov5n-cls",
    nc: 5,
    from: "forward_cls",
    folder: "train_cls",
    batchOf: classifyBatch,
    norms: 2e-3,
  },
];

for (const { task, name, nc, from, folder, batchOf, norms } of cases) {
  describeGolden(`training of YOLOv5's ${task} against the reference`, [`tasks/v5/${folder}/steps.json`], () => {
    it("has its losses and gradient norms before each of six steps", async () => {
      const golden = goldenJson(`tasks/v5/${folder}/steps.json`);
      const {
        lr,
        momentum_or_beta1: momentum,
        weight_decay_on_weights: weightDecay,
        clip_gradient_norm: clip,
      } = golden.settings;
      const model = narrowV5(name, nc, `tasks/v5/${from}/weights.safetensors`);
      const optimizer = makeOptimizer(golden.settings.optimizer as OptimizerName, groupParameters(model), {
        weightDecay,
      });
      const recipe = makeRecipe(familySettings.v5, {}, task);
      const criterion = await familyOf("v5").createCriterion(model, { recipe, imgsz: 128 });
      // The reference's images are not normalized here, as those of its classification trainings are.
      Object.defineProperty(model, "family", { value: "v8" });
      const step = new TrainStep(model, { criterion, optimizer, clip });
      const batch = batchOf(goldenTensors(`tasks/v5/${folder}/batch.safetensors`));
      const settings = { lr: { bias: lr, weight: lr, norm: lr }, momentum };
      for (const [i, items] of golden.loss_items_before_step.entries()) {
        const { losses, gradientNorm } = await step.run(batch, settings);
        expectClose(Object.values(losses), items, { rel: 5e-4 });
        expectClose([gradientNorm], [golden.gradient_norm_before_clipping[i]], { rel: norms });
      }
      expect(step.optimizerSteps).toBe(6);
      optimizer.dispose();
      model.dispose();
    });
  });
}
