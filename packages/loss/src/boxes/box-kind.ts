import type * as tf from "@tensorflow/tfjs-core";

/**
 * How boxes of a kind are written, predicted and compared: `uprightBoxes`, `rotatedBoxes`. The anchor-free losses and their
 * assignment are the same for all kinds. C are the numbers of a box, the last dimension.
 */
export interface BoxKind {
  /** C. */
  readonly columns: number;
  /**
   * Boxes [..., A, C] in cells, from the distances of a box's sides [..., A, 4] and the head's own channels [..., A, E].
   *
   * @param own absent where the head has none
   * @param points [A, 2] the anchors, in cells
   */
  decode(distances: tf.Tensor, own: tf.Tensor | undefined, points: tf.Tensor2D): tf.Tensor;
  /** Multiplies the lengths of boxes; `factor` broadcasts to [..., 1]. */
  scale(boxes: tf.Tensor, factor: tf.Tensor): tf.Tensor;
  /** How much boxes overlap [...], 1 where they are equal; leading dimensions broadcast. Differentiable. */
  overlap(a: tf.Tensor, b: tf.Tensor): tf.Tensor;
  /** Whether points [A, 2] lie in boxes [B, M, C] that are no padding: bool [B, M, A]. */
  contains(boxes: tf.Tensor3D, mask: tf.Tensor2D, points: tf.Tensor2D): tf.Tensor;
  /** Boxes [B, M, C] whose sides shorter than `side` have become that long, around the same center. */
  widen(boxes: tf.Tensor3D, side: number): tf.Tensor3D;
  /** The corners xyxy [..., 4] between which the distances of the sides are learned. */
  corners(boxes: tf.Tensor): tf.Tensor;
}
