/** Which detections a person wants. */
export interface DetectOptions {
  /** Confidences must exceed this. Default 0.25. */
  conf?: number;
  /** A box goes when its IoU with a better one exceeds this. Default 0.7 for YOLOv8 (8.3), 0.45 for YOLOv5 (7.0). */
  iou?: number;
  /** Numbers or names of the classes wanted; all, where missing. */
  classes?: readonly (number | string)[];
  /** Whether boxes of different classes suppress each other. Default false. */
  agnosticNms?: boolean;
  /** Most detections an image. Default 300. */
  maxDet?: number;
  /** Whether each image is looked at three times, scaled and mirrored, too. Default false. */
  augment?: boolean;
}

/** {@link DetectOptions} once the model's names are known: its classes are numbers. */
export interface SettledDetectOptions extends Omit<DetectOptions, "classes"> {
  classes?: readonly number[];
}
