import { defaultImgsz, makeRecipe } from "@lookonce/config";
import { familyOf } from "@lookonce/families";
import type { DetectionModel } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { checkAnchors } from "./anchors/auto-anchor.ts";
import { largestTrainingBatch } from "./auto-batch/auto-batch.ts";
import { findBatch } from "./auto-batch/largest-batch.ts";
import { chooseOptimizer } from "./optimizer/make-optimizer.ts";
import { choosePrecision, type PrecisionChoice } from "./precision/choose-precision.ts";
import { rankSettings } from "./ranks/check-ranks.ts";
import type { Ranks } from "./ranks/ranks.ts";
import type { RunInfo } from "./report/callbacks.ts";
import type { ResolvedSettings, TrainOptions } from "./train-options.ts";

/** What was measured and chosen before a training starts. */
export type Choices = Pick<RunInfo, "anchors" | "autoBatch" | "precision">;

/** Resolves the settings of a new training: defaults, precision, batch, and the anchors of models that have some. */
export async function resolveSettings(
  model: DetectionModel,
  options: TrainOptions,
  ranks: Ranks,
): Promise<{ settings: ResolvedSettings; choices: Choices }> {
  const { data } = options;
  const precision = await commonPrecision(ranks, await choosePrecision(options.amp));
  const { amp } = precision;
  const autoBatch =
    options.batch === findBatch ? await largestTrainingBatch(model, { ...options, amp }, ranks) : undefined;
  const { epochs = 100, imgsz = defaultImgsz(model.task), val = "every", seed = 0 } = options;
  const { freeze = 0, patience = 100, time = 0, savePeriod = 0, args = {} } = options;
  const { rect = false, imageWeights = false, multiScale = false, autoAnchor = true } = options;
  const batch = autoBatch?.batch ?? options.batch ?? 16;
  const family = familyOf(model.family);
  const { longTrainings, usesPreviousEpochLr } = family;
  const counts = { longTrainings, nc: model.nc, images: data.entries.length, batch, epochs };
  const recipe = chooseOptimizer(makeRecipe(family, options.recipe, model.task), counts);
  const rng = new Random(seed).fork("anchors");
  const anchors = autoAnchor ? checkAnchors(model, { recipe, imgsz, rng, images: data.entries }) : undefined;
  const settings = {
    ...{ epochs, imgsz, batch, val, seed, freeze, patience, time, savePeriod, args, amp, rect, imageWeights },
    ...{ multiScale, autoAnchor, recipe, nbs: recipe.nbs, usesPreviousEpochLr, ...rankSettings(ranks, options) },
  };
  return { settings, choices: { precision, autoBatch, anchors } };
}

/** Ranks train in mixed precision where all are faster so. */
async function commonPrecision(ranks: Ranks, mine: PrecisionChoice): Promise<PrecisionChoice> {
  const choices = await ranks.all(mine.amp);
  if (choices.every((amp) => amp === mine.amp)) return mine;
  return { amp: false, line: "mixed precision is off: not every rank's device is faster so" };
}
