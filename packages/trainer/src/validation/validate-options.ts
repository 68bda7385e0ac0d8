import type { ValidationCallbacks } from "./validation-callbacks.ts";

/** Options of `validate`. */
export interface ValidateOptions {
  /** Longer side of the images, in pixels. Default 640. */
  imgsz?: number;
  /** Images in a batch. Default 16. */
  batch?: number;
  /** Detections of at most this confidence do not count. Default 0.001. */
  conf?: number;
  /** Overlap from which on a box suppresses another. Default 0.7 for YOLOv8, 0.6 for YOLOv5. */
  iou?: number;
  /** Most detections an image. Default 300. */
  maxDet?: number;
  /** Batches of images of like shape, with little border. Default true. */
  rect?: boolean;
  /** Threads that read images ahead. Default: that of `BatchLoader`. */
  workers?: number;
  /** Where decoded images are kept, as for training. Default `none`: they are needed once. */
  cache?: "auto" | "ram" | "disk" | "none";
  /** Told of every batch with what was found in it: `cocoJson`, `labelFiles`, `validationPlots`. */
  callbacks?: readonly ValidationCallbacks[];
  /** Called before the first batch and after every one. */
  onProgress?: (progress: { done: number; batches: number }) => void | Promise<void>;
  /** Stops validation; it throws the signal's reason. */
  signal?: AbortSignal;
}
