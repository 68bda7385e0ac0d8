import type { TrainingState } from "@lookonce/checkpoint";
import { LookonceError } from "@lookonce/errors";
import { type DetectionModel, loadStateDict, stateDict } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { Criterion } from "./criteria/criterion.ts";
import type { Ema } from "./ema.ts";
import type { Optimizer } from "./optimizer/optimizer.ts";
import type { Losses, TrainStep } from "./train-step.ts";

/** Where a training stands, apart from its tensors. */
export interface RunPosition {
  /** The epoch under way, from 0. */
  epoch: number;
  /** Batches of it that were learned from. */
  iteration: number;
  /** Updates of the weights so far. */
  updates: number;
  /** Iteration, counted from the start of training, of the last update; -1 before the first. */
  lastUpdate: number;
  /** Sums of the loss's parts over the epoch's batches. */
  sums: Record<string, number>;
  /** Spent before this process went on with it, in seconds; and until the last epoch was over. */
  seconds: number;
  epochSeconds: number;
  /** Mean losses of every epoch that is over. */
  losses: Losses[];
  /** The fittest epoch, if one was validated. */
  best?: { epoch: number; fitness: number };
  /** mAP50-95 of every class in the last validation, for image weights. */
  classScores?: number[];
}

/** Where every training begins. */
export function startPosition(): RunPosition {
  return { epoch: 0, iteration: 0, updates: 0, lastUpdate: -1, sums: {}, seconds: 0, epochSeconds: 0, losses: [] };
}

/** What changes from step to step. */
export interface RunParts {
  model: DetectionModel;
  criterion: Criterion;
  optimizer: Optimizer;
  ema?: Ema;
  step: TrainStep;
}

/** Variables besides the model's, by the names they are saved under. */
function ownVariables({ criterion, optimizer, step }: RunParts): Map<string, tf.Variable> {
  const groups = {
    criterion: new Map([...criterion.parameters, ...criterion.state]),
    optimizer: optimizer.state,
    waiting: step.waiting,
    scaler: step.scaler?.state ?? new Map(),
  };
  return new Map(
    Object.entries(groups).flatMap(([kind, variables]) =>
      [...variables].map(([name, variable]) => [`${kind}.${name}`, variable] as const),
    ),
  );
}

/**
 * All that a training needs to go on as if it had never stopped. The weights of the last step are part of it only where
 * an average is kept beside them; otherwise they are the model that is saved.
 */
export async function captureState(
  parts: RunParts,
  { position, settings }: { position: RunPosition; settings: object },
): Promise<TrainingState> {
  const tensors: TrainingState["tensors"] = new Map();
  for (const [name, variable] of ownVariables(parts)) {
    tensors.set(name, { shape: [...variable.shape], data: Float32Array.from(await variable.data()) });
  }
  if (parts.ema !== undefined) {
    for (const [path, tensor] of await stateDict(parts.model)) tensors.set(`model.${path}`, tensor);
  }
  return { tensors, state: JSON.parse(JSON.stringify({ version: 1, position, settings })) };
}

/** What a loss learned or keeps besides the model, by name; nothing where it has none. */
export async function lossContents({
  criterion,
}: Pick<RunParts, "criterion">): Promise<Record<string, number[]> | undefined> {
  const variables = [...criterion.parameters, ...criterion.state];
  if (variables.length === 0) return undefined;
  const entries = variables.map(
    async ([name, variable]): Promise<[string, number[]]> => [name, [...(await variable.data())]],
  );
  return Object.fromEntries(await Promise.all(entries));
}

/**
 * Puts a training where {@link captureState} found it.
 *
 * @param weights what was saved as the model: the average, or the weights themselves
 * @param name the file, for errors
 * @throws LookonceError `FORMAT` when the state is not of a training like this one
 */
export function restoreState(
  parts: RunParts,
  { weights, training, name }: { weights: TrainingState["tensors"]; training: TrainingState; name: string },
): RunPosition {
  const { tensors, state } = training;
  if (state.version !== 1) {
    throw new LookonceError("FORMAT", `${name}: the training's state has version ${state.version}, expected 1`);
  }
  const raw = new Map(
    [...tensors].flatMap(([key, tensor]) => (key.startsWith("model.") ? [[key.slice(6), tensor]] : [])),
  );
  if (parts.ema === undefined) loadStateDict(parts.model, weights, { name });
  else {
    loadStateDict(parts.ema.model, weights, { name });
    loadStateDict(parts.model, raw, { name });
  }
  for (const [key, variable] of ownVariables(parts)) {
    const saved = tensors.get(key);
    if (saved === undefined || saved.shape.join() !== variable.shape.join()) {
      throw new LookonceError(
        "FORMAT",
        `${name}: the training's state has ${saved === undefined ? "no" : "another shape of"} ${key}: it is of a training with another optimizer, loss or batch`,
      );
    }
    tf.tidy(() => variable.assign(tf.tensor(saved.data as Float32Array, variable.shape)));
  }
  const position = state.position as unknown as RunPosition;
  parts.step.updates = position.updates;
  return position;
}
