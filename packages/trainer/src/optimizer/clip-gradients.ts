import * as tf from "@tensorflow/tfjs-core";

/** The Euclidean norm of all gradients together. */
export function gradientNorm(gradients: readonly tf.Tensor[]): tf.Scalar {
  return tf.tidy(() => tf.sqrt(tf.addN(gradients.map((gradient) => tf.sum(tf.square(gradient))))) as tf.Scalar);
}

/**
 * Scales all gradients by one factor so that their common norm does not exceed `limit`: min(1, limit / (norm + 1e-6)),
 * as PyTorch's `clip_grad_norm_`.
 *
 * @param norm their norm, from {@link gradientNorm}
 */
export function clipGradients(gradients: readonly tf.Tensor[], norm: tf.Scalar, limit: number): tf.Tensor[] {
  return tf.tidy(() => {
    const factor = tf.minimum(1, tf.div(limit, tf.add(norm, 1e-6)));
    return gradients.map((gradient) => tf.mul(gradient, factor));
  });
}
