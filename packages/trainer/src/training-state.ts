import { type Checkpoint, readCheckpoint, type TrainingState } from "@lookonce/checkpoint";
import { LookonceError } from "@lookonce/errors";
import { loadStateDict, stateDict } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { DataFingerprint } from "./data-fingerprint.ts";
import type { BestEpoch } from "./early-stopping.ts";
import { checkState, stateFault } from "./state-schema.ts";
import type { ResolvedSettings } from "./train-options.ts";
import type { Losses } from "./train-step.ts";
import type { TrainingParts } from "./training-parts.ts";

/** Version of the saved state; a training is only resumed from a state of the same version. */
const version = 2;

/** Progress of a training, apart from its tensors. */
export interface TrainingProgress {
  /** The current epoch, from 0. */
  epoch: number;
  /** Batches of it that are finished. */
  iteration: number;
  optimizerSteps: number;
  /** Iteration, counted from the start of training, of the last optimizer step; -1 before the first. */
  lastOptimizerStep: number;
  /** Sums of the loss's parts over the epoch's batches. */
  lossSums: Record<string, number>;
  /** Seconds of training before this process resumed it, and until the end of the last finished epoch. */
  seconds: number;
  epochSeconds: number;
  /** Mean losses of every finished epoch. */
  losses: Losses[];
  /** mAP50-95 of every class in the last validation, for image weights. */
  classScores?: number[];
}

export interface SavedTraining {
  progress: TrainingProgress;
  best?: BestEpoch;
  settings: ResolvedSettings;
  /** The data set; states that older versions saved have none. */
  data?: DataFingerprint;
}

export function initialProgress(): TrainingProgress {
  const counts = { epoch: 0, iteration: 0, optimizerSteps: 0, lastOptimizerStep: -1 };
  return { ...counts, lossSums: {}, seconds: 0, epochSeconds: 0, losses: [] };
}

/** Variables besides the model's, by the names they are saved under. */
function ownVariables({ criterion, optimizer, step }: TrainingParts): Map<string, tf.Variable> {
  const groups = {
    criterion: [...criterion.parameters, ...criterion.state],
    optimizer: optimizer.state,
    accumulatedGrads: step.accumulatedGrads,
    scaler: step.scaler?.state ?? [],
  };
  const named = ([kind, variables]: [string, Iterable<[string, tf.Variable]>]): [string, tf.Variable][] =>
    Array.from(variables, ([name, variable]) => [`${kind}.${name}`, variable]);
  return new Map(Object.entries(groups).flatMap(named));
}

/**
 * Captures all that is needed to resume a training as if it had never stopped. The weights of the last step are part of it
 * only where an average is kept beside them; otherwise they are the model that is saved.
 */
export async function captureState(parts: TrainingParts, saved: SavedTraining): Promise<TrainingState> {
  const tensors: TrainingState["tensors"] = new Map();
  for (const [name, variable] of ownVariables(parts)) {
    tensors.set(name, { shape: [...variable.shape], data: Float32Array.from(await variable.data()) });
  }
  if (parts.ema !== undefined) {
    for (const [path, tensor] of await stateDict(parts.model)) tensors.set(`model.${path}`, tensor);
  }
  return { tensors, state: JSON.parse(JSON.stringify({ version, ...saved })) };
}

/** A checkpoint to resume a training from. */
export interface ResumedCheckpoint extends SavedTraining {
  file: string;
  /** The model as it was saved: the average, or the weights themselves. */
  weights: TrainingState["tensors"];
  tensors: TrainingState["tensors"];
}

/**
 * @throws LookonceError `ARGUMENT` for a file without the state of a training, `FORMAT` for one of another version, or with
 *   a field that cannot be
 */
export function readTraining(file: string): ResumedCheckpoint {
  return parseTraining(readCheckpoint(file), file);
}

/** Returns the training in a checkpoint as `readTraining` does. */
export function parseTraining({ tensors: weights, training }: Checkpoint, file: string): ResumedCheckpoint {
  if (training === undefined) {
    throw new LookonceError(
      "ARGUMENT",
      `${file} has a model, but no state of a training to resume: that training was finished. To train the model further, start a new training with it.`,
    );
  }
  const { tensors, state } = training;
  if (state.version !== version) {
    const found = JSON.stringify(state.version)?.slice(0, 60) ?? "none";
    throw new LookonceError("FORMAT", `${file}: the training's state has version ${found}, expected ${version}`);
  }
  checkState(state, file);
  const saved = state as unknown as SavedTraining;
  const { progress, settings, best } = saved;
  if (progress.losses.length !== progress.epoch) {
    const counts = `${progress.epoch}, but progress.losses has ${progress.losses.length} epochs`;
    throw stateFault(file, `progress.epoch is ${counts}`);
  }
  // With a time limit, the number of epochs follows from the pace
  if (progress.epoch >= settings.epochs && !(settings.time > 0)) {
    throw stateFault(file, `progress.epoch is ${progress.epoch}, but the training has ${settings.epochs} epochs`);
  }
  if (best !== undefined && best.epoch >= progress.epoch) {
    throw stateFault(file, `best.epoch is ${best.epoch}, but only ${progress.epoch} epochs are finished`);
  }
  return { ...saved, file, weights, tensors };
}

/** Restores the parts of a training. @throws LookonceError `FORMAT` when the state is not of a training like this one */
export function restoreState(parts: TrainingParts, { file, weights, tensors, progress }: ResumedCheckpoint): void {
  const own = [...tensors].filter(([key]) => key.startsWith("model."));
  const raw = new Map(own.map(([key, tensor]) => [key.slice("model.".length), tensor]));
  loadStateDict(parts.ema?.model ?? parts.model, weights, { name: file });
  if (parts.ema !== undefined) loadStateDict(parts.model, raw, { name: file });
  for (const [key, variable] of ownVariables(parts)) {
    const saved = tensors.get(key);
    if (saved?.shape.join() !== variable.shape.join()) {
      const fault = `the training's state has ${saved === undefined ? "no" : "another shape of"} ${key}`;
      throw new LookonceError("FORMAT", `${file}: ${fault}: it is of a training with another optimizer, loss or batch`);
    }
    const { data } = saved;
    if (!(data instanceof Float32Array)) throw stateFault(file, `${key} must have 32-bit floating-point numbers`);
    tf.tidy(() => variable.assign(tf.tensor(data, variable.shape)));
  }
  parts.step.optimizerSteps = progress.optimizerSteps;
}
