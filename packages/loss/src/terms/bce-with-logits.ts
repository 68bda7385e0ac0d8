import * as tf from "@tensorflow/tfjs-core";

/**
 * Binary cross-entropy of sigmoid(logits), element by element: softplus(x) − x·t, which neither overflows nor takes
 * the logarithm of 0.
 *
 * No gradient flows to the targets; that of the logits is sigmoid(x) − t.
 *
 * @param logits any shape
 * @param targets the same shape, in 0..1
 * @returns the same shape, nats
 */
export function bceWithLogits(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  const loss = tf.customGrad((x, save) => {
    const input = x as tf.Tensor;
    (save as tf.GradSaveFunc)([input, targets]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [z, t] = saved as [tf.Tensor, tf.Tensor];
      return tf.mul(tf.sub(tf.sigmoid(z), t), dy);
    };
    return { value: tf.sub(tf.softplus(input), tf.mul(input, targets)), gradFunc };
  });
  return loss(logits);
}
