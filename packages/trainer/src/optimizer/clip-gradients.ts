import * as tf from "@tensorflow/tfjs-core";

/**
 * The Euclidean norm of all gradients together.
 *
 * Vectors, of which a network has a hundred short ones, are one to the graph. They come first: what is recorded last is
 * computed first, and vectors need all of the backward pass.
 */
export function gradientNorm(gradients: readonly tf.Tensor[]): tf.Scalar {
  return tf.tidy(() => {
    const vectors = gradients.filter(({ rank }) => rank === 1);
    const others = gradients.filter(({ rank }) => rank !== 1);
    const parts = [...(vectors.length > 1 ? [tf.concat(vectors as tf.Tensor1D[])] : vectors), ...others];
    return tf.sqrt(tf.addN(parts.map((part) => tf.sum(tf.square(part))))) as tf.Scalar;
  });
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
