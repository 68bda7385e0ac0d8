import * as tf from "@tensorflow/tfjs-core";

/** Repeats every value `factor` × `factor` times. x [N, H, W, C] → [N, factor·H, factor·W, C]. */
export function upsampleNearest(x: tf.Tensor4D, factor: number): tf.Tensor4D {
  const [, height, width] = x.shape;
  return tf.image.resizeNearestNeighbor(x, [height * factor, width * factor]);
}

/** {@link upsampleNearest} by two. */
export function upsampleNearest2x(x: tf.Tensor4D): tf.Tensor4D {
  return upsampleNearest(x, 2);
}
