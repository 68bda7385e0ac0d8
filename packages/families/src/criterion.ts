import type { StepInputs } from "@lookonce/backend-onnxruntime";
import type { Batch } from "@lookonce/data";
import type * as tf from "@tensorflow/tfjs-core";

/** What a training step takes of a batch. */
export type TrainBatch = Pick<Batch, "images" | "count" | "height" | "width" | "targets">;

/** Tensors by name. */
export type NamedTensors = Readonly<Record<string, tf.Tensor>>;

/** A loss as it is differentiated. */
export interface CriterionLoss {
  /** What is differentiated: the parts' sum times the number of images. */
  total: tf.Scalar;
  /** With gains, per image; in the order of {@link Criterion.parts}. */
  parts: readonly tf.Scalar[];
}

/**
 * What a model is trained for: takes a batch's targets to the step's inputs and the model's raw maps to a loss. The trainer
 * knows a family of models by its criterion only.
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
  /** The targets of a batch, as inputs of the recorded step; their shapes are few. */
  inputs(batch: TrainBatch): StepInputs<T>;
  /** The loss, recorded as tensor operations on the tensors of {@link inputs}. */
  loss(raw: readonly tf.Tensor4D[], targets: T): CriterionLoss;
  dispose(): void;
}
