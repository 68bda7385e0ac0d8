import { makeRecipe, type Recipe } from "@lookonce/config";
import { LookonceError } from "@lookonce/errors";
import { familyOf } from "@lookonce/families";
import { dirname, join } from "@lookonce/files";
import type { DetectionModel } from "@lookonce/nn";
import { describeDifference, imageListName } from "./data-fingerprint.ts";
import { stateFault } from "./state-schema.ts";
import { checkTrainOptions, type TrainOptions } from "./train-options.ts";
import type { ResumedCheckpoint, TrainingProgress } from "./training-state.ts";

/**
 * Checks a saved training against the model and the data set that it is resumed with. With another data set, the progress
 * is fitted to its number of batches.
 *
 * @returns a warning, where the data set has changed or that cannot be known
 * @throws LookonceError `FORMAT` for a state that cannot be of such a training, `DATA` for a data set that has changed
 *   where `resumeChanged` does not accept that
 */
export function checkResumed(
  model: DetectionModel,
  saved: ResumedCheckpoint,
  options: TrainOptions,
): string | undefined {
  const { data, valData, resumeChanged = false } = options;
  const { file, progress, settings } = saved;
  try {
    checkTrainOptions(model, { ...settings, data, valData });
    checkRecipe(model, settings.recipe);
  } catch (error) {
    throw settingFault(file, error);
  }
  const { classScores } = progress;
  if (classScores !== undefined && classScores.length !== model.nc) {
    throw stateFault(file, `progress.classScores has ${classScores.length} classes, the model ${model.nc}`);
  }
  const list = join(dirname(dirname(file)), imageListName);
  const difference = saved.data && describeDifference(saved.data, { data, valData }, list);
  if (difference !== undefined && !resumeChanged) {
    throw new LookonceError(
      "DATA",
      `the data set is not the one that ${file} was trained with: ${difference}. Restore it, or accept the change with resume_changed=true (resumeChanged in programs): the result is another than without it.`,
    );
  }
  const batches = Math.ceil(data.entries.length / settings.batch);
  if (saved.data !== undefined && difference === undefined) checkCounts(saved, batches);
  else fitProgress(progress, batches);
  if (difference !== undefined) return `the data set has changed since: ${difference}`;
  if (saved.data !== undefined) return undefined;
  return `${file} is of an older version and does not say with which images: that they are the same cannot be checked`;
}

/** @throws LookonceError `ARGUMENT` for a recipe that is none of the model's family, or not whole */
function checkRecipe({ family }: DetectionModel, recipe: Recipe): void {
  const missing = Object.keys(makeRecipe(familyOf(family), recipe)).find((key) => !Object.hasOwn(recipe, key));
  if (missing === undefined && recipe.optimizer !== "auto") return;
  throw new LookonceError("ARGUMENT", `settings.recipe: ${missing ?? "the optimizer's name"} is missing`);
}

/** Fits the progress to another number of batches an epoch. */
function fitProgress(progress: TrainingProgress, batches: number): void {
  const { epoch, iteration, lastOptimizerStep, lossSums } = progress;
  if (iteration > batches) {
    progress.iteration = batches;
    // Their means stay
    for (const [part, sum] of Object.entries(lossSums)) lossSums[part] = (sum / iteration) * batches;
  }
  progress.lastOptimizerStep = Math.min(lastOptimizerStep, epoch * batches + progress.iteration - 1);
}

function checkCounts({ file, progress }: ResumedCheckpoint, batches: number): void {
  const { epoch, iteration } = progress;
  const done = epoch * batches + iteration;
  const limits = { iteration: batches - 1, lastOptimizerStep: done - 1, optimizerSteps: done } as const;
  for (const [key, max] of Object.entries(limits)) {
    const value = progress[key as keyof typeof limits];
    if (value <= max) continue;
    const where = `epoch ${epoch} of ${batches} batches`;
    throw stateFault(file, `progress.${key} must be at most ${max} at batch ${iteration} in ${where}, not ${value}`);
  }
}

/** An error of training settings that came from a file: a wrong argument is a fault of the file. */
export function settingFault(file: string, error: unknown): unknown {
  return error instanceof LookonceError && error.code === "ARGUMENT" ? stateFault(file, error.message, error) : error;
}
