import { readCheckpoint } from "@lookonce/checkpoint";
import { makeRecipe } from "@lookonce/config";
import { createCriterion, familyOf } from "@lookonce/families";
import { DetectionModel, loadStateDict, modelFromCheckpoint, parseModelConfig } from "@lookonce/nn";
import { describeGolden, expectClose, goldenJson, goldenTensors, sharedPath, type Tolerance } from "@lookonce/testing";
import { expect, it } from "vitest";
import { groupsOf, makeOptimizer } from "./optimizer/make-optimizer.ts";
import { groupParameters } from "./optimizer/parameter-groups.ts";
import { compareState } from "./test-golden-batch.ts";
import { taskBatch } from "./test-train-task.ts";
import { TrainStep } from "./train-step.ts";
import { lrByGroup } from "./warmup.ts";

/** How a family's model starts: trained by the reference, or from the weights of its forward case. */
const models: Record<string, () => DetectionModel> = {
  yolo26() {
    const path = sharedPath("golden/families/e2e/model.pt");
    return modelFromCheckpoint(readCheckpoint(path), path);
  },
  yolov10() {
    const { yaml } = goldenJson("families/forward/yolov10_n/settings.json");
    const config = parseModelConfig(yaml, { name: "yolov10n.yaml", scale: "n" });
    const model = new DetectionModel(config);
    const { weights } = goldenJson("families/train/yolov10/model.json");
    const path = sharedPath(`golden/families/${weights}`);
    loadStateDict(model, readCheckpoint(path).tensors, { name: path });
    return model;
  },
};

/** How far numbers may be off. */
interface Bounds {
  /** Relative, of losses and the norm of the gradients, and of the parts. */
  losses: number;
  items: number;
  /** Absolute. */
  parameters: number;
}

const small: Bounds = { losses: 1e-5, items: 5e-5, parameters: 1e-5 };
const clipped: Bounds = { losses: 1e-4, items: 1e-4, parameters: 1e-5 };
const musgd: Bounds = { ...clipped, parameters: 2e-5 };

/** Bounds of the cases, below `families/train`. */
export const familyCases: Readonly<Record<string, Bounds>> = {
  "yolo26/sgd_small_lr": small,
  "yolo26/sgd_clipped": clipped,
  "yolo26/musgd_small_lr": small,
  "yolo26/musgd_clipped": musgd,
  "yolo26/musgd_clipped_one_step_an_epoch": musgd,
  "yolov10/sgd_small_lr": small,
  "yolov10/musgd_clipped": musgd,
};

/** Compares six steps of a family with two branches with the reference's. */
export function describeFamilyTraining(name: string, { losses, items, parameters }: Bounds): void {
  const [family = ""] = name.split("/");
  const file = `families/train/${name}.json`;
  describeGolden(`training against the reference, ${name}`, [file], () => {
    it("has its losses before each of six steps, and its weights after them", async () => {
      const { settings, running_stats_after, ...bfloat16 } = goldenJson(file);
      const golden = bfloat16.with_float32_orthogonalisation ?? bfloat16;
      const strayed = golden.difference_from_float64 ?? golden.difference_of_float32_from_float64;
      const close = (bound: number, off: number): Tolerance => ({ rel: Math.max(bound, 10 * off) });
      const { lr, momentum, clip, weight_decay: weightDecay, epochs } = settings;
      const model = models[family]!();
      const groups = groupsOf(settings.optimizer, familyOf(model.family).groupOrder);
      const optimizer = makeOptimizer(settings.optimizer, groupParameters(model, groups), { weightDecay });
      const recipe = makeRecipe(familyOf(model.family));
      const criterion = await createCriterion(model, { recipe, imgsz: 160 });
      expect(criterion.parts.map((part) => `${part}_loss`)).toEqual(bfloat16.items);
      const step = new TrainStep(model, { criterion, optimizer, ...(clip !== null && { clip }) });
      const batch = taskBatch(goldenTensors(`families/train/${family}/batch.safetensors`));
      const lrs = (lr: number) => lrByGroup({ groups }, lr);
      for (const [i, expected] of golden.loss_items_before_step.entries()) {
        if (epochs !== undefined) criterion.startEpoch?.(i, epochs);
        const result = await step.run(batch, { lr: lrs(lr), momentum });
        expectClose(Object.values(result.losses), expected, close(items, strayed.loss_items_per_step[i]));
        expectClose([result.total], [golden.loss_sum_before_step[i]], close(losses, strayed.loss_sum_per_step[i]));
        const norm = golden.gradient_norm_before_clipping[i];
        expectClose([result.gradientNorm], [norm], close(losses, strayed.gradient_norm[i]));
      }
      const least = 10 * strayed.parameters_after_first8_absolute;
      await compareState(model, golden.parameters_after, { abs: Math.max(parameters, least) });
      if (epochs !== undefined) criterion.startEpoch?.(6, epochs);
      const last = await step.run(batch, { lr: lrs(0), momentum });
      expectClose(
        Object.values(last.losses),
        golden.loss_items_after_last_step,
        close(items, strayed.loss_sum_after_last_step),
      );
      expectClose([last.total], [golden.loss_sum_after_last_step], close(losses, strayed.loss_sum_after_last_step));
      // The reference measured that last loss in training mode too, which moved the statistics a seventh time.
      if (golden === bfloat16) await compareState(model, running_stats_after, { abs: 1e-4 });
      optimizer.dispose();
      model.dispose();
    });
  });
}
