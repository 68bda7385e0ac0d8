/** Detections of one frame, in any order; `Detections` of `@lookonce/geometry` are such. */
export interface TrackerInput {
  /** [count, 4]: left, top, right, bottom; with `angles` center x, center y, width, height. */
  boxes: ArrayLike<number>;
  /** [count]: from 0 to 1. */
  scores: ArrayLike<number>;
  /** [count]: class numbers. They play no part in matching. */
  classes: ArrayLike<number>;
  /** [count]: of rotated boxes, how far the width axis is turned toward positive y, in radians. */
  angles?: ArrayLike<number>;
  /**
   * [count, any length]: how each looks, as vectors of which those of one object have about the same direction, such as
   * `colorFeatures`. BoT-SORT uses them with `with_reid`.
   */
  features?: ArrayLike<number> | undefined;
}
