import { BatchLoader, type Dataset } from "@lookonce/data";
import { LookonceError } from "@lookonce/errors";
import { type ConfusionMatrix, DetectionMetrics, type DetectionResult } from "@lookonce/metrics";
import type { DetectionModel } from "@lookonce/nn";
import { Detector } from "./detector.ts";
import { scoreBatch } from "./score-batch.ts";

/** Options of {@link validate}. */
export interface ValidateOptions {
  /** Longer side of the pictures, in pixels. Default 640. */
  imgsz?: number;
  /** Pictures in a batch. Default 16. */
  batch?: number;
  /** Detections of at most this confidence do not count. Default 0.001. */
  conf?: number;
  /** Overlap from which on a box suppresses another. Default 0.7 for YOLOv8, 0.6 for YOLOv5. */
  iou?: number;
  /** Most detections a picture. Default 300. */
  maxDet?: number;
  /** Batches of pictures of like shape, with little border. Default true. */
  rect?: boolean;
  /** Called before the first batch and after every one. */
  onProgress?: (progress: { done: number; batches: number }) => void | Promise<void>;
  /** Stops validation; it throws the signal's reason. */
  signal?: AbortSignal;
}

/** Scores of one class that has labels. */
export interface ClassScores {
  class: number;
  name: string;
  /** Pictures with a label of this class. */
  images: number;
  /** Labels of this class. */
  instances: number;
  precision: number;
  recall: number;
  f1: number;
  map50: number;
  map75: number;
  map50_95: number;
}

/** What {@link validate} finds out. */
export interface ValidationResult
  extends Pick<
    DetectionResult,
    "images" | "instances" | "precision" | "recall" | "f1" | "map50" | "map75" | "map50_95" | "fitness"
  > {
  perClass: ClassScores[];
  /** Milliseconds a picture. Reading files is not counted. */
  speed: { preprocess: number; inference: number; postprocess: number };
  confusion: ConfusionMatrix;
}

/**
 * Scores a model on a data set with the rules of its family: rectangular batches, several classes a box, precision and
 * recall at the confidence of the best mean F1, average precision from 101 recalls (YOLOv5 7.0, YOLOv8 8.3).
 *
 * The model is not changed; a fused copy computes.
 *
 * @throws LookonceError `DATA` when model and data set have different numbers of classes
 */
export async function validate(
  model: DetectionModel,
  dataset: Dataset,
  options: ValidateOptions = {},
): Promise<ValidationResult> {
  if (dataset.names.length !== model.nc) {
    throw new LookonceError(
      "DATA",
      `the data set has ${dataset.names.length} classes, the model ${model.nc}: train the model on this data set, or pick the data set it was trained on.`,
    );
  }
  const { imgsz = 640, batch = 16, rect = true, signal, onProgress } = options;
  const { family, step } = model;
  const { conf = 0.001, iou = family === "v5" ? 0.6 : 0.7, maxDet = 300 } = options;
  const loader = new BatchLoader(dataset, { batch, imgsz, rect, stride: step, rules: family });
  const metrics = new DetectionMetrics({ names: dataset.names });
  const detector = await Detector.of(model);
  const spent = { preprocess: 0, inference: 0, postprocess: 0 };
  try {
    let done = 0;
    await onProgress?.({ done, batches: loader.length });
    for await (const pictures of loader) {
      signal?.throwIfAborted();
      const { prediction, preprocess, inference } = await detector.detect(pictures);
      const start = performance.now();
      scoreBatch(metrics, { samples: pictures.samples, prediction, nms: { conf, iou, maxDet }, family });
      spent.preprocess += preprocess;
      spent.inference += inference;
      spent.postprocess += performance.now() - start;
      await onProgress?.({ done: ++done, batches: loader.length });
    }
  } finally {
    detector.dispose();
    await loader.dispose();
  }
  return summarise(metrics.result(), spent);
}

function summarise(result: DetectionResult, spent: ValidationResult["speed"]): ValidationResult {
  const { images, instances, precision, recall, f1, map50, map75, map50_95, fitness, confusion } = result;
  const perClass = result.perClass.map(({ ap50, ap75, ap, curves: _, ...scores }) => {
    return { ...scores, map50: ap50, map75: ap75, map50_95: ap };
  });
  const each = (milliseconds: number): number => (images === 0 ? 0 : milliseconds / images);
  return {
    ...{ images, instances, precision, recall, f1, map50, map75, map50_95, fitness, perClass, confusion },
    speed: {
      preprocess: each(spent.preprocess),
      inference: each(spent.inference),
      postprocess: each(spent.postprocess),
    },
  };
}
