import type * as tf from "@tensorflow/tfjs-core";
import type { GroupedParameter, GroupName } from "./parameter-groups.ts";

/** What steers one update; scalars that change from step to step, so they are tensors. */
export interface UpdateSettings {
  /** Learning rate by group. */
  rates: Readonly<Record<GroupName, tf.Scalar>>;
  /** SGD's momentum; β₁ of the Adam family. */
  momentum: tf.Scalar;
  /** Number of this update, from 1. */
  count: tf.Scalar;
}

/** Moves parameters along gradients. One update is recorded as tensor operations; nothing is read. */
export interface Optimizer {
  readonly parameters: readonly GroupedParameter[];
  /** What it remembers between updates, by name: to be saved, and to be known as changing. */
  readonly state: ReadonlyMap<string, tf.Variable>;
  /** @param gradients one for each of `parameters`, in that order */
  update(gradients: readonly tf.Tensor[], settings: UpdateSettings): void;
  /** Frees what it remembers; the parameters stay. */
  dispose(): void;
}
