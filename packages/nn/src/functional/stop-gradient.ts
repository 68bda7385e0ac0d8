import * as tf from "@tensorflow/tfjs-core";

/**
 * The same values, a constant to differentiation.
 *
 * The value is a custom gradient's result whose only differentiable input is an unrelated constant. Autodiff therefore
 * has no path from `x` to the result and the backward pass is cut here, where a gradient of zeros would still be
 * carried through everything that led to `x`.
 *
 * @param x any shape and type
 * @returns a tensor of the same shape and type
 */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  // tf.clone() would be recorded by autodiff even here; the bare kernel does not.
  const detached = tf.customGrad(() => ({
    value: tf.engine().runKernel(tf.Identity, { x }) as T,
    gradFunc: () => tf.scalar(0),
  }));
  return tf.tidy(() => detached(tf.scalar(0)) as T);
}
