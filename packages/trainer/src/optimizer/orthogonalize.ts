import { inSinglePrecision } from "@lookonce/backend-onnxruntime";
import * as tf from "@tensorflow/tfjs-core";

/** Coefficients of the iteration X ← a · X + (b · S + c · S²) · X with S = X · Xᵀ, and how often it runs. */
const [a, b, c, iterations] = [3.4445, -4.775, 2.0315, 5];

/**
 * Makes the singular values of matrices nearly equal: Newton–Schulz's iteration with the coefficients of Muon (Jordan et al.,
 * "Muon: an optimizer for hidden layers in neural networks", 2024), five times, from matrices divided by their Frobenius
 * norm. Computed in single precision, in a training of mixed precision, too.
 *
 * A matrix and its transpose have the same result, transposed: products with the shorter side's Gram matrix are the cheaper.
 *
 * @param matrices [count, rows, columns], each for itself
 */
export function orthogonalize(matrices: tf.Tensor3D): tf.Tensor3D {
  const run = (): tf.Tensor3D => {
    const [, rows, columns] = matrices.shape;
    const isTall = rows > columns;
    const norm = tf.sqrt(tf.sum(tf.square(matrices), [1, 2], true));
    let x: tf.Tensor3D = tf.div(matrices, tf.add(norm, 1e-7));
    for (let i = 0; i < iterations; i++) {
      const gram = tf.matMul(x, x, isTall, !isTall);
      const factor = tf.add(tf.mul(gram, b), tf.mul(tf.matMul(gram, gram), c));
      x = tf.add(tf.mul(x, a), isTall ? tf.matMul(x, factor) : tf.matMul(factor, x));
    }
    return x;
  };
  return tf.tidy(() => inSinglePrecision(run));
}
