import type * as tf from "@tensorflow/tfjs-core";
import type { PaddedTargets } from "../targets.ts";

/** A network's predictions for its anchors. */
export interface AnchorPredictions {
  /** [B, A, nc], class probabilities. */
  scores: tf.Tensor3D;
  /** [B, A, C] in pixels, C the numbers of a box: 4, xyxy, or 5 where boxes are rotated. */
  boxes: tf.Tensor3D;
  /** [A, 2], x and y of the anchors in pixels. */
  points: tf.Tensor2D;
}

/** Which object every anchor is to learn. Rows of background anchors are those of object 0 and mean nothing. */
export interface Assignment {
  /** [B, A] int32, class number. */
  labels: tf.Tensor2D;
  /** [B, A, C] in pixels, as the targets' boxes. */
  boxes: tf.Tensor3D;
  /** [B, A, nc], soft class targets; 0 everywhere for background. */
  scores: tf.Tensor3D;
  /** [B, A] float32, 1 where the anchor has an object. */
  foreground: tf.Tensor2D;
  /** [B, A] int32, the object's row in the targets. */
  gtIndex: tf.Tensor2D;
}

/** A rule that shares objects out among anchors. No gradient flows through it. */
export interface Assigner {
  /**
   * The most anchors of one image that can become foreground when its targets have this many rows. Losses that
   * concern foreground alone work on that many rows. Absent: all anchors.
   */
  maxForeground?(objects: number): number;
  assign(predictions: AnchorPredictions, targets: PaddedTargets): Assignment;
}
