import * as tf from "@tensorflow/tfjs-core";

/**
 * The mean of the distribution over the bins 0, 1, 2, … that logits stand for: Σₖ k·softmax(x)ₖ
 * (the integral of Generalized Focal Loss, Li et al. 2020).
 *
 * The gradient is softmax(x)ₖ·(k − mean), written out because the tape's own takes twice as many passes over what is,
 * at 640 pixels, one of the largest tensors of a training step.
 *
 * @param logits [..., bins]
 * @returns [...], in 0..bins − 1. Differentiable.
 */
export function expectedBin(logits: tf.Tensor): tf.Tensor {
  const bins = tf.customGrad((x, save) => {
    const input = x as tf.Tensor;
    const positions = tf.range(0, input.shape[input.rank - 1] as number);
    const probabilities = tf.softmax(input);
    const mean = tf.sum(tf.mul(probabilities, positions), -1, true);
    (save as tf.GradSaveFunc)([probabilities, mean]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [p, m] = saved as [tf.Tensor, tf.Tensor];
      const offsets = tf.sub(tf.range(0, p.shape[p.rank - 1] as number), m);
      return tf.mul(tf.mul(p, offsets), tf.expandDims(dy, -1));
    };
    return { value: tf.squeeze(mean, [mean.rank - 1]), gradFunc };
  });
  return bins(logits);
}
