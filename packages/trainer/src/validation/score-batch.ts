import type { BatchSample } from "@lookonce/data";
import { letterboxingOf, type PostprocessOptions, type Scores, type Task, type TaskMetrics } from "@lookonce/families";
import type { Detections, Prediction } from "@lookonce/geometry";
import type { ValidatedBatch } from "./validation-callbacks.ts";

export interface Scoring {
  task: Pick<Task, "postprocess" | "toImage">;
  metrics: TaskMetrics<Detections, Scores>;
  nms: Pick<PostprocessOptions, "conf" | "iou" | "maxDet" | "multiLabel">;
  /** Whether boxes are cut off at the image's border before they are matched with labels. */
  clipsBoxes: boolean;
}

/** Detects in predictions of each image, before suppression, and adds detections to the metrics in the files' pixels. */
export function scoreBatch(
  predictions: readonly Prediction[],
  samples: readonly BatchSample[],
  { task, metrics, nms, clipsBoxes }: Scoring,
): Pick<ValidatedBatch, "found" | "inFiles"> {
  const found = predictions.flatMap((one) => task.postprocess(one, { multiLabel: true, ...nms, validation: true }));
  const inFiles = samples.map((sample, i) => {
    const { originalWidth: width, originalHeight: height } = sample;
    const letterboxing = letterboxingOf(sample);
    const inFile = (clips: boolean): Detections => {
      return task.toImage(found[i] as Detections, { ...letterboxing, clips }, { width, height });
    };
    const detections = inFile(true);
    metrics.add(clipsBoxes ? detections : inFile(false), sample);
    return detections;
  });
  return { found, inFiles };
}
