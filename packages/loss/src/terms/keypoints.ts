import * as tf from "@tensorflow/tfjs-core";

/** What {@link keypointLoss} needs of the objects. */
export interface KeypointObjects {
  /** [N, K], 1 for a keypoint that is labeled, 0 for others. */
  visible: tf.Tensor;
  /** [N], of the objects' boxes, in the square of the keypoints' unit. */
  area: tf.Tensor;
  /** [K], how exactly each keypoint can be labeled, as a fraction of the object's size. */
  sigmas: tf.Tensor1D;
}

/**
 * How far keypoints are off, as 1 − object keypoint similarity of each point: 1 − e^(−d² / (2·(2σ)²·area)), times
 * K / (number of visible points) of its object; 0 for points that are not visible (YOLOv8 8.3).
 *
 * Unlike in COCO's metric, the area is that of the whole box.
 *
 * @param predicted [N, K, 2]
 * @param labeled [N, K, 2] in the same unit
 * @returns [N, K]
 */
export function keypointLoss(
  predicted: tf.Tensor,
  labeled: tf.Tensor,
  { visible, area, sigmas }: KeypointObjects,
): tf.Tensor {
  const points = sigmas.shape[0];
  const distance = tf.sum(tf.squaredDifference(predicted, labeled), -1);
  const size = tf.mul(tf.expandDims(tf.add(area, 1e-9), 1), tf.mul(tf.square(sigmas), 8));
  const share = tf.div(points, tf.add(tf.sum(visible, -1, true), 1e-9));
  return tf.mul(tf.mul(tf.sub(1, tf.exp(tf.neg(tf.div(distance, size)))), visible), share);
}
