// From an image to its detections: fitting → engine → decode → NMS. Worker threads import this file and the detectors
// only; the route from a source to results is in predict.ts.
import type { Task } from "@lookonce/families";
import { type Detections, nonMaxSuppression, type Prediction, scaleDetections } from "@lookonce/geometry";
import { type FitOptions, fitImage, type Image, type Letterboxed, readImage, type Size } from "@lookonce/image";
import type { Detector } from "./detector/detector.ts";
import type { Speed } from "./results.ts";

/** Options of detection. */
export interface DetectOptions {
  /** Detections must have a higher confidence. Default 0.25. */
  conf?: number;
  /** A box is suppressed when its IoU with a better one exceeds this. Default 0.7 for YOLOv8 (8.3), 0.45 for YOLOv5 (7.0). */
  iou?: number;
  /** Numbers or names of the classes wanted. Default: all. */
  classes?: readonly (number | string)[];
  /** Whether boxes of different classes suppress each other. Default false. */
  agnosticNms?: boolean;
  /** Most detections an image. Default 300. */
  maxDet?: number;
  /** Whether masks are made in pixels of the image, which is finer and slower, not of the network's input. Default false. */
  retinaMasks?: boolean;
  /** Test-time augmentation: whether the network runs on each image three times, scaled and mirrored. Default false. */
  augment?: boolean;
}

/** {@link DetectOptions} with class numbers in place of names. */
export interface ResolvedDetectOptions extends Omit<DetectOptions, "classes"> {
  classes?: readonly number[];
}

/** An image and the network's input. */
export interface PreparedImage {
  /** As it was read. */
  image: Image;
  /** The network's input. Read only: it may share the image's memory. */
  boxed: Letterboxed;
  /** Milliseconds of fitting. */
  preprocess: number;
}

/** Detections of an image, in its pixels. */
export interface DetectedImage {
  detections: Detections;
  speed: Speed;
  /** Canvas that the network ran on. */
  inputSize: Size;
}

/**
 * Pixels above which an image is read at a smaller size: 200 MB in memory, and as much for the copy that boxes are drawn
 * into. The network sees far fewer.
 */
const shrinkAbove = 64_000_000;

/** Reads an image, unless its pixels are passed, and fits it into the network's input. @throws LookonceError when it cannot be read */
export async function prepareImage(content: string | Uint8Array | Image, options: FitOptions): Promise<PreparedImage> {
  const encoded = typeof content === "string" || content instanceof Uint8Array;
  const image = encoded ? await readImage(content, { shrinkAbove }) : content;
  const start = performance.now();
  const boxed = fitImage(image, options);
  return { image, boxed, preprocess: performance.now() - start };
}

/** A prepared image and the options to detect with. */
export interface DetectTask {
  prepared: PreparedImage;
  options: ResolvedDetectOptions;
}

/**
 * Detects objects in prepared images. Those of one canvas are one batch, so that none is padded because of others and each
 * has the detections that it has alone.
 */
export async function detectPrepared(detector: Detector, tasks: readonly DetectTask[]): Promise<DetectedImage[]> {
  const batches = new Map<string, DetectTask[]>();
  for (const task of tasks) {
    const { width, height } = task.prepared.boxed.canvas;
    const key = `${height}x${width}${task.options.augment ? " augmented" : ""}`;
    batches.set(key, [...(batches.get(key) ?? []), task]);
  }
  const detected = new Map<DetectTask, DetectedImage>();
  for (const batch of batches.values()) {
    const images = batch.map(({ prepared }) => prepared.boxed.image);
    const conf = Math.min(...batch.map(({ options }) => options.conf ?? detector.family.nms.predict.conf));
    const { predictions, inferenceMs } = await (batch[0]?.options.augment
      ? (await import("./detector/detect-augmented.ts")).detectAugmented(detector, images)
      : detector.detect(images, conf));
    for (const [i, task] of batch.entries()) {
      const start = performance.now();
      const detections = suppress(predictions[i] as Prediction, task, detector);
      const { preprocess, boxed } = task.prepared;
      const speed = { preprocess, inference: inferenceMs / batch.length, postprocess: performance.now() - start };
      detected.set(task, { detections, speed, inputSize: boxed.canvas });
    }
  }
  return tasks.map((task) => detected.get(task) as DetectedImage);
}

/** Boxes, the task of detectors that have no other. */
const boxes: Pick<Task, "postprocess" | "toImage"> = { postprocess: nonMaxSuppression, toImage: scaleDetections };

/** Suppresses a prediction's duplicates and maps what remains to the pixels of the original image. */
function suppress(
  prediction: Prediction,
  { prepared: { image, boxed }, options }: DetectTask,
  detector: Detector,
): Detections {
  const { family, isSuppressed = false } = detector;
  const task: typeof boxes = detector.task ?? boxes;
  const defaults = family.nms.predict;
  const { conf = defaults.conf, maxDet = defaults.maxDet, agnosticNms: agnostic = false, classes } = options;
  const { retinaMasks = false } = options;
  // No IoU exceeds 1; of an image's views each was suppressed alone
  const { iou = isSuppressed && !options.augment ? 1 : defaults.iou } = options;
  const wanted = classes === undefined ? {} : { classes };
  // End-to-end predictions are selected before the wanted classes of them
  const maxSelected = Math.max(maxDet, defaults.maxDet);
  const [detections] = task.postprocess(prediction, {
    conf,
    iou,
    agnostic,
    maxDet,
    maxSelected,
    retinaMasks,
    ...wanted,
  }) as [Detections];
  // The families' references differ by up to half a pixel here
  const padding = family.loading.padding === "rounded" ? boxed.padding : boxed.exactPadding;
  // Of an image that was read at a smaller size, detections are in the file's pixels
  const size = image.original ?? image;
  const [across, down] = [image.width / size.width, image.height / size.height];
  const ratio = [boxed.ratio[0] * across, boxed.ratio[1] * down] as const;
  return task.toImage(
    detections,
    { ratio, padding, inputSize: boxed.canvas },
    { width: size.width, height: size.height },
  );
}
