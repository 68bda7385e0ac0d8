import { LookonceError } from "@lookonce/errors";
import { createCriterion, familyOf } from "@lookonce/families";
import type { Criterion } from "@lookonce/loss";
import type { DetectionModel } from "@lookonce/nn";
import { ModelEMA } from "./model-ema.ts";
import { groupsOf, makeOptimizer } from "./optimizer/make-optimizer.ts";
import type { Optimizer } from "./optimizer/optimizer.ts";
import { type GroupedParameter, type GroupName, groupParameters } from "./optimizer/parameter-groups.ts";
import { Ranks } from "./ranks/ranks.ts";
import type { ResolvedSettings } from "./train-options.ts";
import { TrainStep } from "./train-step.ts";
import { accumulationSteps } from "./warmup.ts";

/** The parts of a training that change from step to step. */
export interface TrainingParts {
  model: DetectionModel;
  criterion: Criterion;
  optimizer: Optimizer;
  /** The groups of its parameters, in order; some may be empty. */
  groups: readonly GroupName[];
  ema: ModelEMA | undefined;
  step: TrainStep;
}

/** Settings that {@link createParts} reads. */
export type PartSettings = Pick<
  ResolvedSettings,
  "recipe" | "batch" | "nbs" | "imgsz" | "freeze" | "amp" | "syncBn" | "halfGradients"
>;

/** Creates criterion, optimizer, average and step of a training, and freezes layers of the model. */
export async function createParts(
  model: DetectionModel,
  settings: PartSettings,
  { communicator }: Pick<Ranks, "communicator"> = new Ranks(),
): Promise<TrainingParts> {
  const { recipe, batch, nbs, imgsz, amp, syncBn, halfGradients } = settings;
  const { ema_decay: decay, ema_tau: tau, clip } = recipe;
  freezeLayers(model, settings.freeze);
  model.head.dropout = recipe.dropout;
  const criterion = await createCriterion(model, { recipe, imgsz });
  // A criterion's own parameters have neither decay nor a warm-up of their own.
  const own = [...criterion.parameters].map(([path, variable]): GroupedParameter => {
    return { path: `loss.${path}`, group: "norm", variable };
  });
  const groups = groupsOf(recipe.optimizer, familyOf(model.family).groupOrder);
  const parameters = [...groupParameters(model, groups), ...own];
  if (parameters.length === 0) {
    throw new LookonceError("ARGUMENT", "freeze: every layer of the model is frozen; leave some to train.");
  }
  const accumulate = accumulationSteps({ batch, nbs });
  const weightDecay = (recipe.weight_decay * batch * accumulate) / nbs;
  const optimizer = makeOptimizer(recipe.optimizer, parameters, { weightDecay });
  const ema = decay > 0 ? await ModelEMA.of(model, { decay, tau }) : undefined;
  const limits = { clip: clip > 0 ? clip : undefined, accumulates: accumulate > 1 };
  const shared = communicator && { communicator, syncBn, halfGradients };
  const step = new TrainStep(model, { criterion, optimizer, ema, amp, ...limits, ...shared });
  return { model, criterion, optimizer, groups, ema, step };
}

/** Frees what {@link createParts} created; the model stays. */
export function disposeParts({ optimizer, criterion, ema, step }: TrainingParts): void {
  for (const part of [optimizer, criterion, ema, step]) part?.dispose();
}

/** @param layers the number of layers from the first, or the layers' numbers */
function freezeLayers(model: DetectionModel, layers: number | readonly number[]): void {
  const { length } = model.config.layers;
  for (const layer of typeof layers === "number" ? Array.from({ length: layers }, (_, i) => i) : layers) {
    if (model.freeze(`model.${layer}.`).length > 0 || layer in model.config.layers) continue;
    throw new LookonceError("ARGUMENT", `freeze: the model has no layer ${layer}; its layers are 0 to ${length - 1}.`);
  }
}
