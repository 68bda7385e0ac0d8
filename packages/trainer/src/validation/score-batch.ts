import type { BatchSample } from "@lookonce/data";
import { type Detections, type NmsOptions, nonMaxSuppression, type Prediction, scaleBoxes } from "@lookonce/geometry";
import type { DetectionMetrics } from "@lookonce/metrics";

/** A batch's predictions and what they are measured by. */
export interface ScoredBatch {
  samples: readonly BatchSample[];
  /** Of each image, before suppression. */
  predictions: readonly Prediction[];
  nms: Pick<NmsOptions, "conf" | "iou" | "maxDet">;
}

/** What was found in a batch, in pixels of the batch and of its files. */
export interface FoundInBatch {
  found: Detections[];
  inFiles: Detections[];
}

/** Finds the objects in a batch's predictions and adds them with the labels, both in the files' pixels. */
export function scoreBatch(metrics: DetectionMetrics, { samples, predictions, nms }: ScoredBatch): FoundInBatch {
  const found = predictions.flatMap((one) => nonMaxSuppression(one, { ...nms, multiLabel: true }));
  const inFiles = samples.map((sample, i) => {
    const { boxes, scores, classes, count } = found[i] as Detections;
    const detections = { boxes: toOriginal(boxes, sample), scores, classes, count };
    metrics.add({
      detections,
      labels: { boxes: toOriginal(sample.boxes, sample), classes: sample.classes },
    });
    return detections;
  });
  return { found, inFiles };
}

/**
 * Pixels of the batch to pixels of the file. As in YOLOv5 7.0 and YOLOv8 8.3 both axes go back by the ratio of the
 * heights, although loading rounds them apart; labels make the same way, so that the two meet.
 */
function toOriginal(boxes: Float32Array, { ratio, padding, originalWidth, originalHeight }: BatchSample): Float32Array {
  const letterboxing = { ratio: [ratio[1], ratio[1]] as const, padding };
  return scaleBoxes(boxes, letterboxing, { width: originalWidth, height: originalHeight });
}
