import * as tf from "@tensorflow/tfjs-core";

/** A variable and what it held before a step. */
export interface Remembered {
  variable: tf.Variable;
  before: tf.Tensor;
}

/** Remembers what variables hold now, without a copy. */
export function remember(variables: readonly tf.Variable[]): Remembered[] {
  return variables.map((variable) => ({ variable, before: tf.clone(variable) }));
}

/**
 * Gives variables that were assigned meanwhile their contents back, where the condition does not hold. The choice is part
 * of the graph: both contents are computed, and one of them is taken.
 *
 * @param condition a boolean scalar
 */
export function undoUnless(condition: tf.Tensor, remembered: readonly Remembered[]): void {
  for (const { variable, before } of remembered) {
    if (variable.dataId === before.dataId) continue;
    tf.tidy(() => variable.assign(tf.where(condition, variable, before)));
  }
}
