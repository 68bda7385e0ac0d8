import * as tf from "@tensorflow/tfjs-core";

/**
 * Boxes as four separate coordinate tensors of one shape, corner form.
 *
 * Two sets of planes that broadcast against each other ([B,M,1] and [B,1,A]) give all pairs without a tensor that
 * carries the four coordinates of every pair.
 */
export interface BoxPlanes {
  x1: tf.Tensor;
  y1: tf.Tensor;
  x2: tf.Tensor;
  y2: tf.Tensor;
}

/** Takes xyxy boxes [..., 4] apart into planes [...]. Differentiable. */
export function splitPlanes(boxes: tf.Tensor): BoxPlanes {
  const [x1, y1, x2, y2] = tf.unstack(boxes, boxes.rank - 1) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  return { x1, y1, x2, y2 };
}

/** Gives every plane another shape, e.g. [B,A] → [B,1,A]. */
export function reshapePlanes(planes: BoxPlanes, shape: number[]): BoxPlanes {
  return {
    x1: tf.reshape(planes.x1, shape),
    y1: tf.reshape(planes.y1, shape),
    x2: tf.reshape(planes.x2, shape),
    y2: tf.reshape(planes.y2, shape),
  };
}
