import type { AnchorPoints } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { Assignment } from "../assigners/assigner.ts";

/** The anchors that a loss of the foreground needs to look at, B · K rows. */
export interface ForegroundRows {
  /** [B·K] int32, into the anchors of all images in a row. */
  indices: tf.Tensor1D;
  /** [B·K, 2], the anchors' points in cells. */
  points: tf.Tensor2D;
  /** [B·K, 4], xyxy of the objects in cells. */
  goals: tf.Tensor2D;
  /** [B·K], sum of the score targets; 0 in rows that hold background to fill up. */
  weights: tf.Tensor1D;
}

/**
 * The same number of rows K for every image, foreground first.
 *
 * At 640 pixels an image has 8,400 anchors of which a few hundred at most are foreground: losses of boxes, which are
 * weighted by 0 elsewhere, need not be computed elsewhere. K follows from shapes alone, so the graph stays the same.
 *
 * @param limit the most foreground anchors of one image
 */
export function foregroundRows(
  { foreground, boxes, scores }: Assignment,
  { points, strides }: AnchorPoints,
  limit: number,
): ForegroundRows {
  const [batch, anchors] = foreground.shape;
  const inImage = tf.topk(foreground, Math.min(limit, anchors)).indices;
  const first = tf.tensor2d(
    Int32Array.from({ length: batch }, (_, b) => b * anchors),
    [batch, 1],
    "int32",
  );
  const indices = tf.reshape(tf.add(inImage, first), [-1]) as tf.Tensor1D;
  const cells = tf.reshape(inImage, [-1]);
  return {
    indices,
    points: tf.gather(points, cells),
    goals: tf.div(tf.gather<tf.Tensor>(tf.reshape(boxes, [-1, 4]), indices), tf.gather(strides, cells)),
    weights: tf.gather<tf.Tensor>(tf.reshape(tf.sum(scores, -1), [-1]), indices) as tf.Tensor1D,
  };
}
