import * as tf from "@tensorflow/tfjs-core";

/**
 * Cross-entropy of a choice among classes: −Σₖ tₖ·log softmax(x)ₖ.
 *
 * No gradient flows to the targets; that of the logits is softmax(x)ₖ − tₖ.
 *
 * @param logits [..., classes]
 * @param targets [..., classes], whose sum over the classes is 1
 * @returns [...], nats
 */
export function softmaxCrossEntropy(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  const loss = tf.customGrad((x, save) => {
    const input = x as tf.Tensor;
    const shifted = tf.sub(input, tf.max(input, -1, true));
    const exponentials = tf.exp(shifted);
    const sum = tf.sum(exponentials, -1, true);
    (save as tf.GradSaveFunc)([tf.div(exponentials, sum), targets]);
    const value = tf.sub(tf.squeeze(tf.log(sum), [sum.rank - 1]), tf.sum(tf.mul(targets, shifted), -1));
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [p, t] = saved as [tf.Tensor, tf.Tensor];
      return tf.mul(tf.sub(p, t), tf.expandDims(dy, -1));
    };
    return { value, gradFunc };
  });
  return loss(logits);
}
