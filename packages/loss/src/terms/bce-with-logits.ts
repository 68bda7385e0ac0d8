import * as tf from "@tensorflow/tfjs-core";

/** Settings of {@link bceWithLogits}. */
export interface BceOptions {
  /**
   * `none` gives one number per element, `sum` their sum. The sum's gradient needs no tensor of ones the size of the
   * logits, which the tape would otherwise make for every batch. Default `none`.
   */
  reduction?: "none" | "sum";
}

/**
 * Binary cross-entropy of sigmoid(logits), element by element: softplus(x) − x·t, which neither overflows nor takes
 * the logarithm of 0.
 *
 * No gradient flows to the targets; that of the logits is sigmoid(x) − t.
 *
 * @param logits any shape
 * @param targets the same shape, in 0..1
 * @returns nats, of the same shape or a scalar
 */
export function bceWithLogits(
  logits: tf.Tensor,
  targets: tf.Tensor,
  { reduction = "none" }: BceOptions = {},
): tf.Tensor {
  const loss = tf.customGrad((x, save) => {
    const input = x as tf.Tensor;
    (save as tf.GradSaveFunc)([input, targets]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [z, t] = saved as [tf.Tensor, tf.Tensor];
      return tf.mul(tf.sub(tf.sigmoid(z), t), dy);
    };
    const each = tf.sub(tf.softplus(input), tf.mul(input, targets));
    return { value: reduction === "sum" ? sumByAxis(each) : each, gradFunc };
  });
  return loss(logits);
}

/** The sum of all elements, axis by axis: one long run of additions would lose digits in float32. */
function sumByAxis(values: tf.Tensor): tf.Tensor {
  return values.rank === 0 ? values : sumByAxis(tf.sum(values, -1));
}
