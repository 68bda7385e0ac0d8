import * as tf from "@tensorflow/tfjs-core";

/**
 * Distribution focal loss: cross-entropy against the two bins around a target, weighted by how near each is
 * (Generalized Focal Loss, Li et al. 2020): −(⌈t⌉ − t)·log p⌊t⌋ − (t − ⌊t⌋)·log p⌈t⌉.
 *
 * Both weights come from one hat function, max(0, 1 − |k − t|), so nothing is gathered. No gradient flows to the
 * targets; that of the logits is softmax(x)ₖ − hat(k − t).
 *
 * @param logits [..., bins]
 * @param targets [...], in 0..bins − 1
 * @returns [...], nats
 */
export function distributionFocalLoss(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  const loss = tf.customGrad((x, save) => {
    const input = x as tf.Tensor;
    const positions = tf.range(0, input.shape[input.rank - 1] as number);
    const nearness = tf.relu(tf.sub(1, tf.abs(tf.sub(positions, tf.expandDims(targets, -1)))));
    const shifted = tf.sub(input, tf.max(input, -1, true));
    const exponentials = tf.exp(shifted);
    const sum = tf.sum(exponentials, -1, true);
    (save as tf.GradSaveFunc)([tf.div(exponentials, sum), nearness]);
    const value = tf.sub(tf.squeeze(tf.log(sum), [sum.rank - 1]), tf.sum(tf.mul(nearness, shifted), -1));
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [p, near] = saved as [tf.Tensor, tf.Tensor];
      return tf.mul(tf.sub(p, near), tf.expandDims(dy, -1));
    };
    return { value, gradFunc };
  });
  return loss(logits);
}
