import type { Detections } from "@lookonce/geometry";
import { type LabeledObjects, overlapsOf } from "./image.ts";

/** The IoU thresholds of COCO's mean average precision, 0.50 to 0.95, in single precision as in the references. */
export const IOU_THRESHOLDS: Float32Array = Float32Array.from({ length: 10 }, (_, i) => 0.5 + 0.05 * i);

/**
 * Which detail rules apply: those of YOLOv5 6.1, or those that YOLOv5 7.0 and YOLOv8 share.
 *
 * - Matching: 7.0 matches at each IoU threshold anew; 6.1 matches once at the lowest threshold and then asks which
 *   others the pair's IoU reaches.
 * - Precision and recall: 7.0 picks the confidence at the maximum of the smoothed mean F1 curve, 6.1 of the plain one.
 */
export type RuleSet = "6.1" | "7.0";

/** Options of {@link matchDetections}. */
export interface MatchOptions {
  /** Ascending IoU thresholds. Default {@link IOU_THRESHOLDS}. */
  thresholds?: Float32Array;
  /** Default `7.0`. */
  rules?: RuleSet;
  /** [detections, labels], in place of the boxes' IoU. */
  overlaps?: Float32Array;
}

/**
 * Which detections are right, at each IoU threshold.
 *
 * A detection asks for the label of its class with which it has the highest IoU, provided that this reaches the
 * threshold. Of the detections that ask for the same label the first one gets it; detections come best first.
 *
 * @returns row-major `[detections, thresholds]`, 1 where the detection is right
 */
export function matchDetections(
  detections: Detections,
  labels: LabeledObjects,
  options: MatchOptions = {},
): Uint8Array {
  const { thresholds = IOU_THRESHOLDS, rules = "7.0", overlaps = overlapsOf({ detections, labels }) } = options;
  const count = detections.classes.length;
  const correct = new Uint8Array(count * thresholds.length);
  const best = bestLabels(detections, labels, overlaps);
  thresholds.forEach((threshold, t) => {
    const needed = rules === "7.0" ? threshold : thresholds[0]!;
    const used = new Uint8Array(labels.classes.length);
    for (let d = 0; d < count; d++) {
      const label = best.labels[d]!;
      if (label < 0 || best.ious[d]! < needed || used[label] === 1) continue;
      used[label] = 1;
      if (best.ious[d]! >= threshold) correct[d * thresholds.length + t] = 1;
    }
  });
  return correct;
}

/** For each detection the label of its class that it overlaps most, −1 where none, and their IoU. */
function bestLabels(
  detections: Detections,
  labels: LabeledObjects,
  overlaps: Float32Array,
): { labels: Int32Array; ious: Float32Array } {
  const count = detections.classes.length;
  const labelCount = labels.classes.length;
  const best = { labels: new Int32Array(count).fill(-1), ious: new Float32Array(count) };
  for (let d = 0; d < count; d++) {
    for (let l = 0; l < labelCount; l++) {
      const iou = overlaps[d * labelCount + l]!;
      if (labels.classes[l] === detections.classes[d] && iou > best.ious[d]!) {
        best.ious[d] = iou;
        best.labels[d] = l;
      }
    }
  }
  return best;
}
