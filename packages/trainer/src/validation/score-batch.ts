import type { BatchSample } from "@lookonce/data";
import { letterboxingOf, type PostprocessOptions, type Scores, type Task, type TaskMetrics } from "@lookonce/families";
import type { Detections, Prediction } from "@lookonce/geometry";

/** A batch's predictions, and how they are measured. */
export interface ScoredBatch {
  task: Pick<Task, "postprocess" | "toImage">;
  metrics: TaskMetrics<Detections, Scores>;
  samples: readonly BatchSample[];
  /** Of each image, before suppression. */
  predictions: readonly Prediction[];
  nms: Pick<PostprocessOptions, "conf" | "iou" | "maxDet">;
}

/** Detections of a batch, in pixels of the batch and of its files. */
export interface FoundInBatch {
  found: Detections[];
  inFiles: Detections[];
}

/** Detects in a batch's predictions, and adds detections to the metrics in the files' pixels. */
export function scoreBatch({ task, metrics, samples, predictions, nms }: ScoredBatch): FoundInBatch {
  const found = predictions.flatMap((one) => task.postprocess(one, { ...nms, multiLabel: true }));
  const inFiles = samples.map((sample, i) => {
    const { originalWidth: width, originalHeight: height } = sample;
    const detections = task.toImage(found[i] as Detections, letterboxingOf(sample), { width, height });
    metrics.add(detections, sample);
    return detections;
  });
  return { found, inFiles };
}
