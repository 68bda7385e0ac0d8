import type { Detections } from "@lookonce/geometry";
import { type LabeledObjects, overlapsOf } from "./image.ts";

/** The IoU thresholds of COCO's mean average precision, 0.50 to 0.95, in single precision as in the references. */
export const IOU_THRESHOLDS: Float32Array = Float32Array.from({ length: 10 }, (_, i) => 0.5 + 0.05 * i);

/**
 * Which detail rules apply: those of YOLOv5 6.1, those that YOLOv5 7.0 and YOLOv8 (8.3) share, or those of Ultralytics 8.4.
 *
 * - Matching: a detection asks for the label of its class that it overlaps most, in 8.4 for the one that it overlaps most of those
 *   that no better detection has. 7.0 and 8.4 match at each IoU threshold anew; 6.1 matches once at the lowest threshold and
 *   then asks which others the pair's IoU reaches.
 * - The confusion matrix: a label goes to the detection that overlaps it most, in 8.4 to the best one.
 * - Average precision: beyond the highest recall, precision falls along a line, in 8.4 at once.
 * - Precision and recall: 7.0 and 8.4 pick the confidence at the maximum of the smoothed mean F1 curve, 6.1 of the plain one.
 */
export type RuleSet = "6.1" | "7.0" | "8.4";

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
 * A detection asks for a label of its class as {@link RuleSet} says, provided that their IoU reaches the threshold. Of the
 * detections that ask for the same label the first one gets it; detections come best first.
 *
 * @returns row-major `[detections, thresholds]`, 1 where the detection is right
 */
export function matchDetections(
  detections: Detections,
  labels: LabeledObjects,
  options: MatchOptions = {},
): Uint8Array {
  const { thresholds = IOU_THRESHOLDS, rules = "7.0" } = options;
  const overlaps = options.overlaps ?? overlapsOf({ detections, labels });
  const count = detections.classes.length;
  const correct = new Uint8Array(count * thresholds.length);
  const asked = candidates(detections, labels, { overlaps, least: thresholds[0]! });
  if (rules !== "8.4") for (const own of asked) own.length = Math.min(1, own.length);
  thresholds.forEach((threshold, t) => {
    const needed = rules === "6.1" ? thresholds[0]! : threshold;
    const used = new Uint8Array(labels.classes.length);
    for (let d = 0; d < count; d++) {
      const { label, iou } = asked[d]!.find(({ label }) => used[label] === 0) ?? none;
      if (iou < needed) continue;
      used[label] = 1;
      if (iou >= threshold) correct[d * thresholds.length + t] = 1;
    }
  });
  return correct;
}

/** A label that a detection may ask for. */
interface Candidate {
  label: number;
  iou: number;
}

const none: Candidate = { label: -1, iou: -1 };

/** For each detection the labels of its class with at least this IoU, the highest first. */
function candidates(
  detections: Detections,
  labels: LabeledObjects,
  { overlaps, least }: { overlaps: Float32Array; least: number },
): Candidate[][] {
  const labelCount = labels.classes.length;
  return Array.from(detections.classes, (own, d) => {
    const found: Candidate[] = [];
    for (let label = 0; label < labelCount; label++) {
      const iou = overlaps[d * labelCount + label]!;
      if (iou >= least && labels.classes[label] === own) found.push({ label, iou });
    }
    return found.sort((a, b) => b.iou - a.iou);
  });
}
