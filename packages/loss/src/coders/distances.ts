import * as tf from "@tensorflow/tfjs-core";

/**
 * Boxes from the distances of their sides to a point inside.
 *
 * @param distances [..., A, 4]: left, top, right, bottom
 * @param points [A, 2]: x, y in the same unit
 * @returns xyxy boxes [..., A, 4] in that unit. Differentiable.
 */
export function decodeDistances(distances: tf.Tensor, points: tf.Tensor2D): tf.Tensor {
  return tf.tidy(() => {
    const [leftTop, rightBottom] = tf.split(distances, 2, -1) as [tf.Tensor, tf.Tensor];
    return tf.concat([tf.sub(points, leftTop), tf.add(points, rightBottom)], -1);
  });
}

/**
 * Distances from points to the sides of boxes, limited to what `regMax` bins can say.
 *
 * The limit is `regMax` − 1.01 (14.99 at 16 bins), so that the bin above the target always exists (YOLOv8 8.3).
 *
 * @param boxes xyxy [..., A, 4], in cells
 * @param points [A, 2]: x, y in cells
 * @param regMax number of bins of the distribution
 * @returns [..., A, 4]: left, top, right, bottom in 0..regMax − 1.01
 */
export function encodeDistances(boxes: tf.Tensor, points: tf.Tensor2D, regMax = 16): tf.Tensor {
  return tf.tidy(() => {
    const [low, high] = tf.split(boxes, 2, -1) as [tf.Tensor, tf.Tensor];
    const distances = tf.concat([tf.sub(points, low), tf.sub(high, points)], -1);
    return tf.minimum(tf.maximum(distances, 0), regMax - 1.01);
  });
}
