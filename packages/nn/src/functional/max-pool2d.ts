import * as tf from "@tensorflow/tfjs-core";

/**
 * Largest value of each window; padding counts as −∞. x [N, H, W, C] → [N, H', W', C].
 *
 * @param kernel side of the window
 * @param options stride (default the kernel's side) and padding on every side (default kernel / 2, rounded down)
 */
export function maxPool2d(
  x: tf.Tensor4D,
  kernel: number,
  options: { stride?: number; padding?: number } = {},
): tf.Tensor4D {
  const { stride = kernel, padding = Math.floor(kernel / 2) } = options;
  // "same" means the same numbers here, and every backend has it.
  const same = stride === 1 && kernel === 2 * padding + 1;
  return tf.maxPool(x, kernel, stride, same ? "same" : padding);
}
