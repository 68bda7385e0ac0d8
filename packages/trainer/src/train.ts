import { join } from "node:path";
import { readCheckpoint } from "@lookonce/checkpoint";
import { LookonceError } from "@lookonce/errors";
import { familyOf } from "@lookonce/families";
import { writeWholeSync } from "@lookonce/files";
import { type DetectionModel, modelFromCheckpoint } from "@lookonce/nn";
import { imageListName, listImages } from "./data-fingerprint.ts";
import { lockRun } from "./run-directory.ts";
import { trainEpoch } from "./train-epoch.ts";
import { checkTrainOptions, type TrainOptions, type TrainResult } from "./train-options.ts";
import { disposeTraining, epochsOf, secondsOf, setUpTraining, type Training } from "./training.ts";
import { captureState } from "./training-state.ts";
import { describeUnreadable } from "./unreadable-images.ts";
import { validationPlots } from "./validation/validation-plots.ts";
import type { ValidationResult } from "./validation/validation-result.ts";

/**
 * Trains a model and saves it: `weights/last.safetensors` after every epoch, with all that is needed to resume,
 * `weights/best.safetensors` after the fittest, `results.csv`. Saved and validated is the average of the weights, where
 * the recipe keeps one; `model` has the weights of the last step.
 *
 * With `resume`, a training that was stopped or killed continues, and ends with the same weights as one that never was.
 *
 * @throws LookonceError `ARGUMENT` for bad options, `DATA` when model and data set have different numbers of classes,
 *   `NUMERIC` when the loss is no finite number any more; what was saved before stays; `IO` when another training writes to
 *   the same directory
 */
export async function train(model: DetectionModel, options: TrainOptions): Promise<TrainResult> {
  checkTrainOptions(model, options);
  const training = await setUpTraining(model, options);
  const { checkpointer } = training;
  try {
    return await lockRun(training.directory, () =>
      fit(training).catch((error) => Promise.reject(checkpointer.withWayBack(error))),
    );
  } finally {
    await disposeTraining(training);
  }
}

async function fit(training: Training): Promise<TrainResult> {
  await reportStart(training);
  startEpoch(training);
  let interrupted = false;
  let best: ValidationResult | undefined;
  while (!interrupted && !isOver(training)) {
    best = (await fitEpoch(training)) ?? best;
    interrupted = training.options.signal?.aborted === true;
  }
  return finish(training, { interrupted, best });
}

/** Trains an epoch, validates it and saves it. @returns its scores, if no epoch before was as fit */
async function fitEpoch(training: Training): Promise<ValidationResult | undefined> {
  const { progress, settings, scheduler, loader, earlyStopping, checkpointer, callbacks } = training;
  const { epoch } = progress;
  await callbacks.onTrainEpochStart({ epoch });
  scheduler.epochs = epochsOf(training);
  const { losses, lr, finished } = await trainEpoch(training).catch(async (error: unknown) => {
    // Images that cannot be read: what was learned before them is kept
    if (error instanceof LookonceError && error.code === "DATA") await saveLast(training, { epoch: epoch - 1 });
    throw error;
  });
  if (!finished) {
    await saveLast(training, { epoch: epoch - 1 });
    return undefined;
  }
  startEpoch(training);
  await callbacks.onTrainEpochEnd({ epoch, losses, lr });
  // The next epoch's first batches load during validation, unless they depend on its scores.
  if (epoch + 1 < epochsOf(training) && !settings.imageWeights) loader.prepare(epoch + 1);
  const validation = await validateEpoch(training, epoch);
  progress.epochSeconds = secondsOf(training);
  const isBest = validation !== undefined && earlyStopping.update(epoch, validation.fitness);
  const notes = { epoch, fitness: validation?.fitness };
  if (isBest) await checkpointer.save("best", notes);
  const { savePeriod } = settings;
  if (savePeriod > 0 && (epoch + 1) % savePeriod === 0) await checkpointer.save(`epoch${epoch + 1}`, notes);
  await callbacks.onFitEpochEnd({ epoch, seconds: progress.epochSeconds, losses, lr, isBest, validation });
  // The state comes last: a training is resumed after an epoch whose other files are complete.
  await saveLast(training, notes);
  return isBest ? validation : undefined;
}

/** Prepares the loss for the epoch that comes next; validation measures it as it is then (Ultralytics 8.4). */
function startEpoch(training: Training): void {
  const { criterion, progress } = training;
  criterion.startEpoch?.(progress.epoch, epochsOf(training));
}

function isOver(training: Training): boolean {
  const { progress, settings, earlyStopping } = training;
  const isTimeUp = settings.time > 0 && secondsOf(training) >= settings.time * 3600;
  return progress.epoch >= epochsOf(training) || isTimeUp || earlyStopping.shouldStop(progress.epoch - 1);
}

async function validateEpoch(training: Training, epoch: number): Promise<ValidationResult | undefined> {
  const { model, ema, progress, settings, validator, callbacks } = training;
  const { val } = settings;
  if (val === "never" || (val === "last" && epoch < epochsOf(training) - 1)) return undefined;
  const validation = await validator?.run(ema?.model ?? model, { onProgress: callbacks.onValBatchEnd });
  if (validation === undefined) return undefined;
  if (validation.unreadable !== undefined) {
    const message = `images cannot be read any more and are missing from the scores: ${describeUnreadable(validation.unreadable)}`;
    await callbacks.onWarning({ epoch, message });
    validator?.checkUnreadable();
  }
  // Classes without an image count as not found at all.
  progress.classScores = new Array<number>(model.nc).fill(0);
  for (const { class: number, map50_95 = 0 } of validation.perClass) progress.classScores[number] = map50_95;
  return validation;
}

/** Saves the model with, until the training is over, all that is needed to resume it. */
async function saveLast(training: Training, notes: { epoch: number; fitness?: number }): Promise<void> {
  const { checkpointer, settings, earlyStopping } = training;
  const progress = { ...training.progress, seconds: secondsOf(training) };
  const isResumable = progress.losses.length < epochsOf(training);
  const saved = { progress, settings, best: earlyStopping.best, data: training.fingerprint };
  await checkpointer.save("last", notes, isResumable ? await captureState(training, saved) : undefined);
}

async function reportStart(training: Training): Promise<void> {
  const { model, callbacks, settings, directory, loader, progress, choices, options, warning } = training;
  const { batch, imgsz, recipe, args, amp } = settings;
  const counts = { epochs: epochsOf(training), iterations: loader.length, firstEpoch: progress.epoch };
  // Named in case that the training is resumed with others
  writeWholeSync(join(directory, imageListName), listImages(options));
  const { family, task } = model;
  await callbacks.onTrainStart({
    ...{ family, task, directory, ...counts, batch, imgsz, recipe, amp, args },
    ...choices,
  });
  for (const message of [warning, familyOf(model.family).lossNotes[model.task]]) {
    if (message !== undefined) await callbacks.onWarning({ epoch: progress.epoch, message });
  }
}

async function finish(
  training: Training,
  { interrupted, best }: { interrupted: boolean; best: ValidationResult | undefined },
): Promise<TrainResult> {
  const { progress, directory, callbacks, checkpointer, earlyStopping } = training;
  const { epoch, losses } = progress;
  const { all: unreadable } = training.unreadable;
  if (!interrupted && epoch > 0 && epoch < epochsOf(training)) await checkpointer.strip(epoch - 1);
  const validation = interrupted ? best : await validateBest(training, best);
  const seconds = secondsOf(training);
  await callbacks.onTrainEnd({ directory, seconds, interrupted, unreadable });
  const files = {
    last: checkpointer.file("last"),
    best: checkpointer.file(earlyStopping.best === undefined ? "last" : "best"),
  };
  return { directory, ...files, epochs: losses.length, seconds, losses, validation, interrupted, unreadable };
}

/** Validates the best weights again where their scores are of a process before this one, and for plots. */
async function validateBest(
  { directory, options, validator, checkpointer, earlyStopping, callbacks }: Training,
  known: ValidationResult | undefined,
): Promise<ValidationResult | undefined> {
  const { plots = false } = options;
  if (validator === undefined || earlyStopping.best === undefined || (known !== undefined && !plots)) return known;
  const file = checkpointer.file("best");
  const model = modelFromCheckpoint(readCheckpoint(file), file);
  const drawing = plots ? [validationPlots({ directory })] : [];
  try {
    return await validator.run(model, { callbacks: drawing, onProgress: callbacks.onValBatchEnd });
  } finally {
    model.dispose();
  }
}
