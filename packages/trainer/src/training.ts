import type { BatchLoader } from "@lookonce/data";
import { LookonceError } from "@lookonce/errors";
import { dirname, join, mkdirSync } from "@lookonce/files";
import type { DetectionModel } from "@lookonce/nn";
import { checkResumed, settingFault } from "./check-resumed.ts";
import { Checkpointer } from "./checkpointer.ts";
import { type DataFingerprint, fingerprint } from "./data-fingerprint.ts";
import { EarlyStopping } from "./early-stopping.ts";
import { LrScheduler } from "./lr-scheduler.ts";
import { agreeOnStart } from "./ranks/agree-on-start.ts";
import { checkShares, describeOtherRanks, rankSettings } from "./ranks/check-ranks.ts";
import type { Ranks } from "./ranks/ranks.ts";
import { allCallbacks, type TrainCallbacks } from "./report/callbacks.ts";
import { argsYaml, jsonLog } from "./report/json-log.ts";
import { plotLogger } from "./report/plot-logger.ts";
import { resultsCsv } from "./report/results-csv.ts";
import { type Choices, resolveSettings } from "./resolve-settings.ts";
import { makeRunDirectory } from "./run-directory.ts";
import { maskOptions, trainLoader } from "./train-loader.ts";
import type { ResolvedSettings, TrainOptions } from "./train-options.ts";
import { createParts, disposeParts, type TrainingParts } from "./training-parts.ts";
import { initialProgress, readTraining, restoreState, type TrainingProgress } from "./training-state.ts";
import { UnreadableCounter } from "./unreadable-images.ts";
import { Validator } from "./validation/validator.ts";

/** All that a training consists of. */
export interface Training extends TrainingParts {
  ranks: Ranks;
  options: TrainOptions;
  settings: ResolvedSettings;
  /** What was chosen when it was started; nothing of a resumed one. */
  choices: Choices;
  directory: string;
  /** The data set, as it is saved with the progress. */
  fingerprint: DataFingerprint;
  progress: TrainingProgress;
  /** What is to be known when it is resumed. */
  warnings: readonly string[];
  /** Training images that could not be read. */
  unreadable: UnreadableCounter;
  loader: BatchLoader;
  scheduler: LrScheduler;
  earlyStopping: EarlyStopping;
  checkpointer: Checkpointer;
  /** Missing without images to validate with. */
  validator: Validator | undefined;
  callbacks: Required<TrainCallbacks>;
  /** When this process started it, on the clock of `performance.now()`. */
  startedAt: number;
}

/** Sets up a new training, or the one that `resume` names as it was when it was saved. */
export async function setUpTraining(model: DetectionModel, options: TrainOptions, ranks: Ranks): Promise<Training> {
  const { resume, data, valData, workers, cache, plots = false } = options;
  const startedAt = performance.now();
  const saved = resume === undefined ? undefined : readTraining(resume);
  const { settings, choices } =
    saved === undefined
      ? await resolveSettings(model, options, ranks)
      : { settings: { ...saved.settings, ...rankSettings(ranks, { ...options, ...saved.settings }) }, choices: {} };
  const warnings = saved && [checkResumed(model, saved, options), describeOtherRanks(saved.settings, ranks)];
  checkShares(settings, ranks);
  const progress = saved?.progress ?? initialProgress();
  const unreadable = new UnreadableCounter(data.entries.length);
  const loader = trainLoader(model, { ...options, settings, progress, unreadable, ranks });
  const parts = await createParts(model, settings, ranks).catch((error: unknown) => {
    throw saved === undefined ? error : settingFault(saved.file, error);
  });
  if (saved !== undefined) restoreState(parts, saved);
  await agreeOnStart(ranks, { model: parts.model, options, settings, progress });
  // After all settings are checked: a wrong one leaves no directory behind.
  const directory = await ranks.ofFirst(ranks.isFirst ? makeDirectory(options) : "");
  const { recipe, imgsz, batch, patience } = settings;
  const { warmsMomentum } = parts.optimizer;
  const { criterion, groups } = parts;
  const loggers = [argsYaml(), resultsCsv(), jsonLog(), ...(plots ? [plotLogger({ data })] : [])];
  const callbacks = allCallbacks([...(ranks.isFirst ? loggers : []), ...(options.callbacks ?? [])], ranks);
  return {
    ...{ ...parts, ranks, options, settings, choices, directory, progress, unreadable, loader, callbacks, startedAt },
    warnings: (warnings ?? []).filter((warning) => warning !== undefined),
    fingerprint: fingerprint(options),
    scheduler: new LrScheduler({ ...recipe, ...settings, iterations: loader.length, warmsMomentum, groups }),
    earlyStopping: new EarlyStopping(patience, saved?.best),
    checkpointer: new Checkpointer(directory, parts, { imgsz, onModelSave: callbacks.onModelSave }),
    validator:
      valData && new Validator(valData, model, { imgsz, batch, criterion, workers, cache, masks: maskOptions(recipe) }),
  };
}

function makeDirectory({ directory: given, resume }: TrainOptions): string {
  const directory = given ?? (resume === undefined ? makeRunDirectory() : dirname(dirname(resume)));
  try {
    mkdirSync(join(directory, "weights"), { recursive: true });
  } catch (cause) {
    throw new LookonceError("IO", `cannot write to ${directory}: ${(cause as Error).message}`, { cause });
  }
  return directory;
}

/** Frees all but the model. */
export async function disposeTraining(training: Training): Promise<void> {
  disposeParts(training);
  await training.loader.dispose();
  await training.validator?.dispose();
}

/** Seconds that a training took so far, in all processes that ran it. */
export function secondsOf({ progress, startedAt }: Training): number {
  return progress.seconds + (performance.now() - startedAt) / 1000;
}

/** Epochs of a training: with a time limit, as many as fit into it at the pace so far. */
export function epochsOf({ settings: { epochs, time }, progress: { losses, epochSeconds } }: Training): number {
  if (!(time > 0) || losses.length === 0) return epochs;
  return Math.max(losses.length, Math.ceil((time * 3600) / (epochSeconds / losses.length)));
}
