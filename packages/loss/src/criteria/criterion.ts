import type * as tf from "@tensorflow/tfjs-core";
import type { BatchSize, HostTargets, HostTensor } from "../host-targets.ts";

/** A loss in the form that a recorded training step needs, the same for all families of detectors. */
export interface Criterion {
  /** Names of the parts of the loss, in the order in which they are reported. */
  readonly parts: readonly string[];
  /** What is to be trained and saved along with the model, by name. */
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  /** What changes from step to step and is to be saved, but not trained. */
  readonly buffers: ReadonlyMap<string, tf.Variable>;
  /**
   * Makes of a batch's objects what {@link evaluate} takes, on the host. Shapes are few: each set of them is another
   * graph.
   */
  prepare(targets: HostTargets, size: BatchSize): HostTensor[];
  /**
   * @param raw the head's output per level, finest first, [B, h, w, no]
   * @param inputs tensors of what `prepare` returned
   */
  evaluate(raw: readonly tf.Tensor4D[], inputs: readonly tf.Tensor[]): CriterionLoss;
  /** Frees the variables. */
  dispose(): void;
}

/** Scalars. */
export interface CriterionLoss {
  /** What to differentiate. */
  total: tf.Scalar;
  /** One a name in {@link Criterion.parts}, gains applied. */
  parts: tf.Scalar[];
}
