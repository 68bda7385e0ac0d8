import type { OptimizerName } from "@lookonce/config";
import { familySettings, makeRecipe, type Recipe } from "@lookonce/config";
import { LookonceError } from "@lookonce/errors";
import type { DetectionModel } from "@lookonce/nn";
import type { Criterion } from "./criteria/criterion.ts";
import { makeCriterion } from "./criteria/make-criterion.ts";
import { Ema } from "./ema.ts";
import { autoOptimizer, makeOptimizer } from "./optimizer/make-optimizer.ts";
import { type GroupedParameter, groupParameters } from "./optimizer/parameter-groups.ts";
import type { RunParts } from "./run-state.ts";
import { fullAccumulation } from "./schedule.ts";
import { freezeRows, type TrainOptions, type TrainSettings } from "./train-options.ts";
import { TrainStep } from "./train-step.ts";

/** {@link TrainSettings} with nothing left open. */
export interface SettledSettings extends Required<Omit<TrainSettings, "recipe">> {
  recipe: Recipe & { optimizer: OptimizerName };
  nbs: number;
  /** See `ScheduleSettings`. */
  lags: boolean;
}

/** Fills in defaults and what `"auto"` stands for; precision and batch are known by now. */
export function settle(model: DetectionModel, { data, ...options }: TrainOptions): SettledSettings {
  const { epochs = 100, imgsz = 640, batch = 16, val = "every", seed = 0 } = options;
  const { freeze = 0, patience = 100, time = 0, savePeriod = 0, args = {} } = options;
  const { rect = false, imageWeights = false, multiScale = false, autoAnchor = true, amp = false } = options;
  const given = makeRecipe(familySettings[model.family], options.recipe);
  const { nbs } = given;
  // As many updates as a batch of the nominal size, or the larger one there is, would make.
  const iterations = Math.ceil(data.entries.length / Math.max(batch, nbs)) * epochs;
  const chosen = given.optimizer === "auto" ? autoOptimizer({ nc: model.nc, iterations }) : {};
  const recipe = { ...given, ...chosen } as SettledSettings["recipe"];
  return {
    ...{ epochs, imgsz, batch, val, seed, freeze, patience, time, savePeriod, args },
    ...{ amp, rect, imageWeights, multiScale, autoAnchor, recipe, nbs, lags: model.family === "v5" },
  };
}

/** Those of them that {@link makeParts} reads. */
export type PartSettings = Pick<SettledSettings, "recipe" | "batch" | "nbs" | "imgsz" | "freeze" | "amp">;

/** Makes what a training changes. */
export async function makeParts(model: DetectionModel, settings: PartSettings): Promise<RunParts> {
  const { recipe, batch, nbs, imgsz } = settings;
  freezeRows(model, settings.freeze);
  const criterion = makeCriterion(model, { recipe, imgsz });
  const parameters = [...groupParameters(model), ...parametersOf(criterion)];
  if (parameters.length === 0) {
    throw new LookonceError("ARGUMENT", "freeze: every row of the model is frozen; leave some to train.");
  }
  const accumulate = fullAccumulation({ batch, nbs });
  const weightDecay = (recipe.weight_decay * batch * accumulate) / nbs;
  const optimizer = makeOptimizer(recipe.optimizer, parameters, { weightDecay });
  const averages = recipe.ema_decay > 0;
  const ema = averages ? await Ema.of(model, { decay: recipe.ema_decay, tau: recipe.ema_tau }) : undefined;
  const step = new TrainStep(model, {
    ...{ criterion, optimizer, accumulates: accumulate > 1, amp: settings.amp },
    ...(ema === undefined ? {} : { ema }),
    ...(recipe.clip > 0 ? { clip: recipe.clip } : {}),
  });
  return { model, criterion, optimizer, step, ...(ema === undefined ? {} : { ema }) };
}

/** A criterion's own parameters: they neither decay nor warm up apart. */
function parametersOf(criterion: Criterion): GroupedParameter[] {
  return [...criterion.parameters].map(([path, variable]) => ({ path: `loss.${path}`, group: "norm", variable }));
}
