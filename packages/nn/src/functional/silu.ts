import * as tf from "@tensorflow/tfjs-core";

/**
 * x · σ(x) (Elfwing, Uchibe and Doya, arXiv 1702.03118), element by element.
 *
 * Its derivative is written as σ(x) · (1 + x − y), which needs fewer passes over memory than that of the product.
 */
export function silu(x: tf.Tensor4D): tf.Tensor4D {
  const run = tf.customGrad((input, save) => {
    const value = tf.mul(input as tf.Tensor4D, tf.sigmoid(input as tf.Tensor4D));
    (save as tf.GradSaveFunc)([input as tf.Tensor4D, value]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [z, y] = saved as [tf.Tensor4D, tf.Tensor4D];
        return tf.mul(dy, tf.mul(tf.sigmoid(z), tf.add(tf.sub(z, y), 1)));
      },
    };
  });
  return run(x) as tf.Tensor4D;
}

/** A name in {@link activations}. */
export type ActivationName = "silu" | "relu" | "relu6" | "leakyRelu" | "hardswish" | "identity";

/** The activations that model files may name, element by element. */
export const activations: Readonly<Record<ActivationName, (x: tf.Tensor4D) => tf.Tensor4D>> = {
  silu,
  relu: (x) => tf.relu(x),
  relu6: (x) => tf.relu6(x),
  // PyTorch's nn.LeakyReLU() has the slope 0.01, TensorFlow's 0.2; model files write nn.LeakyReLU(0.1).
  leakyRelu: (x) => tf.leakyRelu(x, 0.1),
  hardswish: (x) => tf.div(tf.mul(x, tf.relu6(tf.add(x, 3))), 6),
  identity: (x) => x,
};
