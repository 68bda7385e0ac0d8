import { readCheckpoint } from "@lookonce/checkpoint";
import { LookonceError } from "@lookonce/errors";
import { familyOf } from "@lookonce/families";
import { flushFiles, join, readFileSync, writeWholeSync } from "@lookonce/files";
import { type DetectionModel, modelFromCheckpoint } from "@lookonce/nn";
import type { Checkpointer } from "./checkpointer.ts";
import { imageListName, listImages } from "./data-fingerprint.ts";
import type { Communication } from "./ranks/communication.ts";
import { Ranks } from "./ranks/ranks.ts";
import { lockRun } from "./run-directory.ts";
import { trainEpoch } from "./train-epoch.ts";
import { checkTrainOptions, type TrainOptions, type TrainResult } from "./train-options.ts";
import { disposeTraining, epochsOf, secondsOf, setUpTraining, type Training } from "./training.ts";
import { captureState } from "./training-state.ts";
import { describeUnreadable } from "./unreadable-images.ts";
import { validateTogether } from "./validation/validate-together.ts";
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
  const ranks = new Ranks(options.communicator);
  try {
    checkTrainOptions(model, options);
    const training = await setUpTraining(model, options, ranks);
    try {
      return await lockFirst(training, () => fit(training));
    } finally {
      await disposeTraining(training);
    }
  } catch (error) {
    throw await ranks.failed(error);
  }
}

/** Locks the run's folder, into which the first rank writes, while it trains. */
function lockFirst<T>({ ranks, directory, checkpointer }: Training, action: () => Promise<T>): Promise<T> {
  const run = (): Promise<T> =>
    action().catch(async (error) => Promise.reject(checkpointer.withWayBack(await ranks.failed(error))));
  return ranks.isFirst ? lockRun(directory, run) : run();
}

async function fit(training: Training): Promise<TrainResult> {
  const { ranks } = training;
  await reportStart(training);
  startEpoch(training);
  let interrupted = false;
  let best: ValidationResult | undefined;
  while (!interrupted && !(await isOver(training))) {
    best = (await fitEpoch(training)) ?? best;
    interrupted = await ranks.any(training.options.signal?.aborted === true);
  }
  return finish(training, { interrupted, best });
}

/** Trains an epoch, validates it and saves it. @returns its scores, if no epoch before was as fit */
async function fitEpoch(training: Training): Promise<ValidationResult | undefined> {
  const { progress, settings, scheduler, loader, earlyStopping, callbacks, ranks } = training;
  const { epoch } = progress;
  await callbacks.onTrainEpochStart({ epoch });
  scheduler.epochs = epochsOf(training);
  const trained = await trainEpoch(training).catch(async (error: unknown) => {
    const failure = await ranks.failed(error);
    // Images that cannot be read: what was learned before them is kept
    if (failure instanceof LookonceError && failure.code === "DATA") await saveLast(training, { epoch: epoch - 1 });
    throw failure;
  });
  const { losses, lr, finished, imagesPerSecond } = trained;
  if (!finished) {
    await saveLast(training, { epoch: epoch - 1 });
    return undefined;
  }
  startEpoch(training);
  await callbacks.onTrainEpochEnd({ epoch, losses, lr });
  // The next epoch's first batches load during validation, unless they depend on its scores.
  if (epoch + 1 < epochsOf(training) && !settings.imageWeights) loader.prepare(epoch + 1);
  const validation = await validateEpoch(training, epoch);
  progress.epochSeconds = await ranks.ofFirst(secondsOf(training));
  const isBest = validation !== undefined && earlyStopping.update(epoch, validation.fitness);
  const notes = { epoch, fitness: validation?.fitness };
  if (isBest) await save(training, "best", notes);
  const { savePeriod } = settings;
  if (savePeriod > 0 && (epoch + 1) % savePeriod === 0) await save(training, `epoch${epoch + 1}`, notes);
  const pace = ranks.size === 1 ? {} : { imagesPerSecond, communication: await communicationOf(training) };
  await callbacks.onFitEpochEnd({ epoch, seconds: progress.epochSeconds, losses, lr, isBest, validation, ...pace });
  // The state comes last: a training is resumed after an epoch whose other files are complete.
  await saveLast(training, notes);
  return isBest ? validation : undefined;
}

/** Prepares the loss for the epoch that comes next; validation measures it as it is then (Ultralytics 8.4). */
function startEpoch(training: Training): void {
  const { criterion, progress } = training;
  criterion.startEpoch?.(progress.epoch, epochsOf(training));
}

async function isOver(training: Training): Promise<boolean> {
  const { progress, settings, earlyStopping, ranks } = training;
  const isTimeUp = settings.time > 0 && (await ranks.ofFirst(secondsOf(training))) >= settings.time * 3600;
  return progress.epoch >= epochsOf(training) || isTimeUp || earlyStopping.shouldStop(progress.epoch - 1);
}

async function validateEpoch(training: Training, epoch: number): Promise<ValidationResult | undefined> {
  const { model, ema, progress, settings, validator, callbacks, ranks } = training;
  const { val } = settings;
  if (validator === undefined || val === "never" || (val === "last" && epoch < epochsOf(training) - 1))
    return undefined;
  const onProgress = callbacks.onValBatchEnd;
  const validation = await validateTogether(validator, ema?.model ?? model, { ranks, onProgress });
  if (validation.unreadable !== undefined) {
    const message = `images cannot be read any more and are missing from the scores: ${describeUnreadable(validation.unreadable)}`;
    await callbacks.onWarning({ epoch, message });
    validator.checkUnreadable();
  }
  // Classes without an image count as not found at all.
  progress.classScores = new Array<number>(model.nc).fill(0);
  for (const { class: number, map50_95 = 0 } of validation.perClass) progress.classScores[number] = map50_95;
  return validation;
}

/** Saves the model on the first rank. */
function save({ ranks, checkpointer }: Training, ...what: Parameters<Checkpointer["save"]>): Promise<void> {
  return ranks.first(() => checkpointer.save(...what));
}

/** Saves the model with, until the training is over, all that is needed to resume it. */
async function saveLast(training: Training, notes: { epoch: number; fitness?: number }): Promise<void> {
  const { checkpointer, settings, earlyStopping, ranks } = training;
  const progress = { ...training.progress, seconds: secondsOf(training) };
  const isResumable = progress.losses.length < epochsOf(training);
  const saved = { progress, settings, best: earlyStopping.best, data: training.fingerprint };
  await ranks.first(async () => {
    // In browsers, which write behind the program: what belongs to a state is there before it, and a closed tab loses neither
    await flushFiles();
    await checkpointer.save("last", notes, isResumable ? await captureState(training, saved) : undefined);
    await flushFiles();
  });
}

async function reportStart(training: Training): Promise<void> {
  const { model, callbacks, settings, directory, loader, progress, choices, options, warnings, ranks } = training;
  const { batch, imgsz, recipe, args, amp } = settings;
  const counts = { epochs: epochsOf(training), iterations: loader.length, firstEpoch: progress.epoch };
  // Named in case that the training is resumed with others
  await ranks.first(() => writeWholeSync(join(directory, imageListName), listImages(options)));
  const { family, task } = model;
  await callbacks.onTrainStart({
    ...{ family, task, directory, ...counts, batch, imgsz, recipe, amp, args },
    ...{ ...choices, ...(ranks.size > 1 && { rank: ranks.rank, ranks: ranks.size }) },
  });
  for (const message of [...warnings, familyOf(model.family).lossNotes[model.task]]) {
    if (message !== undefined) await callbacks.onWarning({ epoch: progress.epoch, message });
  }
}

async function finish(
  training: Training,
  { interrupted, best }: { interrupted: boolean; best: ValidationResult | undefined },
): Promise<TrainResult> {
  const { progress, directory, callbacks, checkpointer, earlyStopping, ranks } = training;
  const { epoch, losses } = progress;
  const { all: unreadable } = training.unreadable;
  if (!interrupted && epoch > 0 && epoch < epochsOf(training)) await ranks.first(() => checkpointer.strip(epoch - 1));
  const validation = interrupted ? best : await validateBest(training, best);
  const seconds = secondsOf(training);
  const communication = ranks.size === 1 ? {} : { communication: await communicationOf(training) };
  await callbacks.onTrainEnd({ directory, seconds, interrupted, unreadable, ...communication });
  await ranks.first(flushFiles);
  // What the last files failed at is everybody's failure
  await ranks.exchange();
  const files = {
    last: checkpointer.file("last"),
    best: checkpointer.file(earlyStopping.best === undefined ? "last" : "best"),
  };
  const result = { directory, ...files, epochs: losses.length, seconds, losses, validation, interrupted, unreadable };
  return { ...result, ...communication };
}

/** How long ranks exchanged numbers since this process started, in the mean. */
async function communicationOf({ ranks, startedAt }: Training): Promise<Communication> {
  const seconds = (await ranks.sum(ranks.seconds)) / ranks.size;
  return { seconds, share: seconds / ((performance.now() - startedAt) / 1000) };
}

/** Validates the best weights again where their scores are of a process before this one, and for plots. */
async function validateBest(
  { directory, options, validator, checkpointer, earlyStopping, callbacks, ranks }: Training,
  known: ValidationResult | undefined,
): Promise<ValidationResult | undefined> {
  const { plots = false } = options;
  if (validator === undefined || earlyStopping.best === undefined || (known !== undefined && !plots)) return known;
  const file = checkpointer.file("best");
  // Other machines may not see the first rank's files
  const saved = ranks.size === 1 ? file : await ranks.ofFirst(ranks.isFirst ? readFileSync(file) : undefined);
  const model = modelFromCheckpoint(readCheckpoint(saved ?? file, { name: file }), file);
  const drawing = plots && ranks.isFirst ? [validationPlots({ directory })] : [];
  try {
    return await validateTogether(validator, model, { ranks, callbacks: drawing, onProgress: callbacks.onValBatchEnd });
  } finally {
    model.dispose();
  }
}
