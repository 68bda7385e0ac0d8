import * as tf from "@tensorflow/tfjs-core";

/**
 * x raised to a constant power, for x ≥ 0: whole powers by squaring and ½ by a square root, since the general power
 * is many times slower than a multiplication.
 */
export function power(x: tf.Tensor, exponent: number): tf.Tensor {
  if (exponent === 0.5) return tf.sqrt(x);
  if (exponent === 1) return x;
  if (!Number.isInteger(exponent) || exponent < 1) return tf.pow(x, exponent);
  const half = power(x, Math.floor(exponent / 2) || 1);
  const squared = tf.square(half);
  return exponent % 2 === 0 ? squared : tf.mul(squared, x);
}
