import * as tf from "@tensorflow/tfjs-core";

/**
 * `none` gives one number per element, `sum` their sum. The sum's gradient needs no tensor of ones the size of the
 * logits, which the tape would otherwise make for every batch.
 */
export type Reduction = "none" | "sum";

/** The values, or their sum axis by axis: one long run of additions would lose digits in float32. */
export function reduce(values: tf.Tensor, reduction: Reduction): tf.Tensor {
  if (reduction === "none" || values.rank === 0) return values;
  return reduce(tf.sum(values, -1), reduction);
}
