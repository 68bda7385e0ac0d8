import { LookonceError } from "@lookonce/errors";
import { createCriterion } from "@lookonce/families";
import type { Criterion } from "@lookonce/loss";
import type { DetectionModel } from "@lookonce/nn";
import { ModelEMA } from "./model-ema.ts";
import { makeOptimizer } from "./optimizer/make-optimizer.ts";
import type { Optimizer } from "./optimizer/optimizer.ts";
import { type GroupedParameter, groupParameters } from "./optimizer/parameter-groups.ts";
import type { ResolvedSettings } from "./train-options.ts";
import { TrainStep } from "./train-step.ts";
import { accumulationSteps } from "./warmup.ts";

/** The parts of a training that change from step to step. */
export interface TrainingParts {
  model: DetectionModel;
  criterion: Criterion;
  optimizer: Optimizer;
  ema?: ModelEMA;
  step: TrainStep;
}

/** Settings that {@link createParts} reads. */
export type PartSettings = Pick<ResolvedSettings, "recipe" | "batch" | "nbs" | "imgsz" | "freeze" | "amp">;

/** Creates criterion, optimizer, average and step of a training, and freezes layers of the model. */
export async function createParts(model: DetectionModel, settings: PartSettings): Promise<TrainingParts> {
  const { recipe, batch, nbs, imgsz } = settings;
  freezeLayers(model, settings.freeze);
  const criterion = await createCriterion(model, { recipe, imgsz });
  // A criterion's own parameters have neither decay nor a warm-up of their own.
  const own = [...criterion.parameters].map(([path, variable]): GroupedParameter => {
    return { path: `loss.${path}`, group: "norm", variable };
  });
  const parameters = [...groupParameters(model), ...own];
  if (parameters.length === 0) {
    throw new LookonceError("ARGUMENT", "freeze: every layer of the model is frozen; leave some to train.");
  }
  const accumulate = accumulationSteps({ batch, nbs });
  const weightDecay = (recipe.weight_decay * batch * accumulate) / nbs;
  const optimizer = makeOptimizer(recipe.optimizer, parameters, { weightDecay });
  const averages = recipe.ema_decay > 0;
  const ema = averages ? await ModelEMA.of(model, { decay: recipe.ema_decay, tau: recipe.ema_tau }) : undefined;
  const step = new TrainStep(model, {
    ...{ criterion, optimizer, accumulates: accumulate > 1, amp: settings.amp },
    ...(ema === undefined ? {} : { ema }),
    ...(recipe.clip > 0 ? { clip: recipe.clip } : {}),
  });
  return { model, criterion, optimizer, step, ...(ema === undefined ? {} : { ema }) };
}

/** Frees what {@link createParts} created; the model stays. */
export function disposeParts({ optimizer, criterion, ema, step }: TrainingParts): void {
  for (const part of [optimizer, criterion, ema, step]) part?.dispose();
}

/**
 * Freezes layers of the model.
 *
 * @param layers the number of layers from the first, or the layers' numbers
 * @throws LookonceError `ARGUMENT` for a layer that the model does not have
 */
function freezeLayers(model: DetectionModel, layers: number | readonly number[]): void {
  const numbers = typeof layers === "number" ? Array.from({ length: layers }, (_, layer) => layer) : layers;
  for (const layer of numbers) {
    if (model.freeze(`model.${layer}.`).length > 0 || layer in model.config.layers) continue;
    throw new LookonceError(
      "ARGUMENT",
      `freeze: the model has no layer ${layer}; its layers are 0 to ${model.config.layers.length - 1}.`,
    );
  }
}
