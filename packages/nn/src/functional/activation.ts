import * as tf from "@tensorflow/tfjs-core";

/** x · σ(x) (Elfwing, Uchibe and Doya, arXiv 1702.03118), element by element. */
export function silu(x: tf.Tensor4D): tf.Tensor4D {
  return tf.mul(x, tf.sigmoid(x));
}

/** The activations that model files may name. */
export const activations = {
  silu,
  relu: (x: tf.Tensor4D): tf.Tensor4D => tf.relu(x),
  relu6: (x: tf.Tensor4D): tf.Tensor4D => tf.relu6(x),
  // PyTorch's nn.LeakyReLU() has the slope 0.01, TensorFlow's 0.2; model files write nn.LeakyReLU(0.1).
  leakyRelu: (x: tf.Tensor4D): tf.Tensor4D => tf.leakyRelu(x, 0.1),
  hardswish: (x: tf.Tensor4D): tf.Tensor4D => tf.div(tf.mul(x, tf.relu6(tf.add(x, 3))), 6),
  identity: (x: tf.Tensor4D): tf.Tensor4D => x,
} as const satisfies Record<string, (x: tf.Tensor4D) => tf.Tensor4D>;

/** A name in {@link activations}. */
export type ActivationName = keyof typeof activations;
