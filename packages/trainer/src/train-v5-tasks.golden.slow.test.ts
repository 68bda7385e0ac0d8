import { familySettings, makeRecipe, type OptimizerName } from "@lookonce/config";
import { familyOf } from "@lookonce/families";
import { DetectionModel, loadStateDict, parseModelConfig, readModelConfig } from "@lookonce/nn";
import {
  describeGolden,
  enterTestDevice,
  expectClose,
  goldenJson,
  goldenTensors,
  slimModelFile,
} from "@lookonce/testing";
import { beforeAll, expect, it } from "vitest";
import { makeOptimizer } from "./optimizer/make-optimizer.ts";
import { groupParameters } from "./optimizer/parameter-groups.ts";
import { taskBatch } from "./test-train-task.ts";
import { TrainStep } from "./train-step.ts";

beforeAll(async () => {
  await enterTestDevice();
});

/** A shipped YOLOv5 at a sixteenth of its width, with the golden weights. */
function narrowV5(name: string, nc: number, weights: string): DetectionModel {
  const { source, depth } = readModelConfig(name, { nc });
  const model = new DetectionModel(parseModelConfig(slimModelFile(source, { depth, width: 0.0625 }), { name }));
  loadStateDict(model, new Map(Object.entries(goldenTensors(weights))));
  return model;
}

const cases = [
  { task: "segment", name: "yolov5n-seg", nc: 3, from: "forward_seg", folder: "train_seg", norms: 5e-3 },
  { task: "classify", name: "yolov5n-cls", nc: 5, from: "forward_cls", folder: "train_cls", norms: 2e-3 },
];

for (const { task, name, nc, from, folder, norms } of cases) {
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
      const batch = taskBatch(goldenTensors(`tasks/v5/${folder}/batch.safetensors`));
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
