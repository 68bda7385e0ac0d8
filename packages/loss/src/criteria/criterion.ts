import * as tf from "@tensorflow/tfjs-core";
import type { BatchSize, HostTargets, HostTensor } from "../targets.ts";

/** What a training step reads of a batch. */
export interface TrainBatch extends BatchSize {
  /** RGB bytes [count, height, width, 3]. */
  images: Uint8Array;
  targets: HostTargets;
}

export type NamedTensors = Readonly<Record<string, tf.Tensor>>;

/** How sums over a batch relate to the whole of it, where several ranks have parts of a batch and compute one loss. */
export interface BatchPart {
  /**
   * What a rank divides its sums by, so that means of parts weighted by their images are the means of the whole: the rank's share of
   * the sum over ranks, which is `atLeast` or more.
   */
  normalizer(sum: tf.Tensor, atLeast: number): tf.Tensor;
  /** The mean over images, from that of a rank's. */
  mean(values: tf.Tensor): tf.Tensor;
}

/** A batch that is a rank's own. */
export const ownBatch: BatchPart = {
  normalizer: (sum, atLeast) => tf.maximum(sum, atLeast),
  mean: (values) => values,
};

/** A loss as it is differentiated. */
export interface CriterionLoss {
  /** What is differentiated: the parts' sum times the number of images. */
  total: tf.Scalar;
  /** With gains, per image; in the order of {@link Criterion.parts}. */
  parts: readonly tf.Scalar[];
}

/**
 * What a model is trained for: converts a batch's targets to inputs of a recorded step, and the model's raw maps to a loss.
 *
 * @typeParam T the targets' tensors
 */
export interface Criterion<T extends NamedTensors = NamedTensors> {
  /** Names of the loss's parts, such as `box`. */
  readonly parts: readonly string[];
  /** Variables of its own that are trained along, by path; they are saved with the run. */
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  /** Variables that it assigns itself, by path; they are saved with the run. */
  readonly state: ReadonlyMap<string, tf.Variable>;
  /** Whether {@link CriterionLoss.total} is the mean over images and not their sum. Default: it is the sum. */
  readonly isMean?: boolean;
  /** The targets of a batch, as inputs of the recorded step; their shapes are few. */
  inputs(batch: TrainBatch): Readonly<Record<keyof T, HostTensor>>;
  /**
   * The loss, recorded as tensor operations on the tensors of {@link inputs}.
   *
   * @param batch what its normalizers are of. Default: the rank's own images
   */
  loss(raw: readonly tf.Tensor4D[], targets: T, batch?: BatchPart): CriterionLoss;
  /** Called before an epoch's first batch, from 0, and before the validation of the one before: a loss may change with epochs. */
  startEpoch?(epoch: number, epochs: number): void;
  dispose(): void;
}

/** A criterion without variables of its own. */
export abstract class StatelessCriterion<T extends NamedTensors> implements Criterion<T> {
  abstract readonly parts: readonly string[];
  readonly parameters: ReadonlyMap<string, tf.Variable> = new Map();
  readonly state: ReadonlyMap<string, tf.Variable> = new Map();
  abstract inputs(batch: TrainBatch): Readonly<Record<keyof T, HostTensor>>;
  abstract loss(raw: readonly tf.Tensor4D[], targets: T, batch?: BatchPart): CriterionLoss;
  dispose(): void {}
}

/** Adds what is to differentiate: the sum of parts times the batch size, as YOLOv5 7.0 and YOLOv8 8.3 do. */
export function withTotal<T extends Record<string, tf.Scalar>>(parts: T, batch: number): T & { total: tf.Scalar } {
  return { ...parts, total: tf.mul(tf.addN(Object.values<tf.Scalar>(parts)), batch) as tf.Scalar };
}

/** Losses as a criterion has them, by its {@link Criterion.parts}. */
export function lossOf<P extends string>(
  losses: Readonly<Record<"total" | P, tf.Scalar>>,
  parts: readonly P[],
): CriterionLoss {
  return { total: losses.total, parts: parts.map((part) => losses[part]) };
}
