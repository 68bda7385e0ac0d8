import type { BatchSample } from "@lookonce/data";
import {
  type Detections,
  decodeMaps,
  type Letterboxing,
  nonMaxSuppression,
  scaleBoxes,
  scaleDetections,
} from "@lookonce/geometry";
import { type ClassCurves, type ClassResult, DetectionMetrics, type DetectionResult } from "@lookonce/metrics";
import { familyOf } from "./family-table.ts";
import type { ScorePlot, Scores, Task } from "./task.ts";

/** Scores of one class that has labels. */
export interface ClassScores extends Omit<ClassResult, "ap50" | "ap75" | "ap" | "curves"> {
  map50: number;
  map75: number;
  map50_95: number;
}

/** Scores of a detector. */
export interface DetectionScores extends Scores, Omit<DetectionResult, "perClass"> {
  perClass: ClassScores[];
  /** Precision, recall and F1 over confidence and over each other, of each class that has labels. */
  curves: { name: string; ap50: number; curves: ClassCurves }[];
}

/**
 * Where an image lies in its batch. As in YOLOv5 7.0 and YOLOv8 8.3 both axes are scaled by the ratio of the heights,
 * although loading rounds them apart; labels are mapped in the same way, so that the two match.
 */
export function letterboxingOf({ ratio, padding }: BatchSample): Letterboxing {
  return { ratio: [ratio[1], ratio[1]], padding };
}

const curveFiles = [
  ["precision-recall", "BoxPR_curve.png"],
  ["f1", "BoxF1_curve.png"],
  ["precision", "BoxP_curve.png"],
  ["recall", "BoxR_curve.png"],
] as const;

/** Detection: boxes with a class each. */
export const detect: Task<Detections, DetectionScores> = {
  name: "detect",
  createCriterion: (model, options) => familyOf(model.family).createCriterion(model, options),
  decodeMaps,
  postprocess: nonMaxSuppression,
  toImage: scaleDetections,
  entries: () => ({}),
  createMetrics(names) {
    const metrics = new DetectionMetrics({ names });
    return {
      add(detections, sample) {
        const { classes, originalWidth: width, originalHeight: height } = sample;
        const boxes = scaleBoxes(sample.boxes, letterboxingOf(sample), { width, height });
        metrics.add({ detections, labels: { boxes, classes } });
      },
      result() {
        const { perClass, ...rest } = metrics.result();
        return {
          ...rest,
          perClass: perClass.map(({ ap50, ap75, ap, curves: _, ...scores }) => {
            return { ...scores, map50: ap50, map75: ap75, map50_95: ap };
          }),
          curves: perClass.map(({ name, ap50, curves }) => ({ name, ap50, curves })),
        };
      },
    };
  },
  columns: (scores) => ({
    "metrics/precision(B)": scores?.precision,
    "metrics/recall(B)": scores?.recall,
    "metrics/mAP50(B)": scores?.map50,
    "metrics/mAP50-95(B)": scores?.map50_95,
  }),
  async plots({ confusion, curves }, names) {
    const { plotConfusionMatrix, plotCurve } = await import("@lookonce/plots");
    return [
      ["confusion_matrix.png", () => plotConfusionMatrix(confusion, names, { normalize: false })],
      ["confusion_matrix_normalized.png", () => plotConfusionMatrix(confusion, names)],
      ...curveFiles.map(([kind, file]): ScorePlot => [file, () => plotCurve(kind, curves)]),
    ];
  },
  outputShape({ family, nc, extras }, { batch, anchors }) {
    const { hasObjectness, outputLayout } = familyOf(family);
    const channels = (hasObjectness ? 5 : 4) + nc + extras;
    return outputLayout === "NAC" ? [batch, anchors, channels] : [batch, channels, anchors];
  },
};
