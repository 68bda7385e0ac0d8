/** What was found in one image, best first. */
export interface Detections {
  /** `count` rows of (left, top, right, bottom) in network pixels. */
  boxes: Float32Array;
  /** `count` confidences. */
  confidences: Float32Array;
  /** `count` class numbers. */
  classes: Int32Array;
  /**
   * For each detection the anchor (prediction row) that it came from. An a-priori label counts on after the last
   * anchor: the first one is number `anchors`.
   */
  anchors: Int32Array;
  count: number;
}
