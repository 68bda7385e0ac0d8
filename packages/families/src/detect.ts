import type { BatchSample } from "@lookonce/data";
import {
  type Detections,
  decodeMaps,
  type Letterboxing,
  nonMaxSuppression,
  scaleBoxes,
  scaleDetections,
} from "@lookonce/geometry";
import {
  type ClassCurves,
  type ClassResult,
  DetectionMetrics,
  type DetectionResult,
  type LabeledObjects,
} from "@lookonce/metrics";
import { familyOf } from "./family-table.ts";
import type { MetricRules, ScorePlot, ScoreRow, Scores, Task, TaskMetrics } from "./task.ts";

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

/** A sample's labels in pixels of its file. */
export function labelsInFile(sample: BatchSample): LabeledObjects {
  const { boxes, classes, originalWidth: width, originalHeight: height } = sample;
  return { boxes: scaleBoxes(boxes, letterboxingOf(sample), { width, height }), classes };
}

const curveKinds = [
  ["precision-recall", "PR"],
  ["f1", "F1"],
  ["precision", "P"],
  ["recall", "R"],
] as const;

/** The curves of some scores as plots: `BoxPR_curve.png` and so on. */
export async function curvePlots(
  prefix: "Box" | "Mask" | "Pose",
  { curves }: Pick<DetectionScores, "curves">,
): Promise<ScorePlot[]> {
  const { plotCurve } = await import("@lookonce/plots");
  return curveKinds.map(([kind, name]): ScorePlot => [`${prefix}${name}_curve.png`, () => plotCurve(kind, curves)]);
}

/** The confusion matrix of some scores as plots: counts, and shares. */
export async function confusionPlots(
  { confusion }: Pick<DetectionScores, "confusion">,
  names: readonly string[],
  { background = true }: { background?: boolean } = {},
): Promise<ScorePlot[]> {
  const { plotConfusionMatrix } = await import("@lookonce/plots");
  return [
    ["confusion_matrix.png", () => plotConfusionMatrix(confusion, names, { background, normalize: false })],
    ["confusion_matrix_normalized.png", () => plotConfusionMatrix(confusion, names, { background })],
  ];
}

/** The metrics of detections with some rules. */
export function detectionMetrics(names: readonly string[], rules?: MetricRules): DetectionMetrics {
  if (rules === undefined) return new DetectionMetrics({ names });
  const { confusionConf = rules.conf, ...scoring } = rules.scoring;
  return new DetectionMetrics({ names, ...scoring, confusion: { conf: confusionConf } });
}

/** How metrics are merged, of a task that has these alone. */
export function mergingOf(metrics: Mergeable): Mergeable {
  return { state: () => metrics.state(), merge: (state) => metrics.merge(state) };
}

type Mergeable = Pick<TaskMetrics<Detections, Scores>, "state" | "merge">;

/** Metrics as scores. */
export function detectionScores({ perClass, ...rest }: DetectionResult): DetectionScores {
  return {
    ...rest,
    perClass: perClass.map(({ ap50, ap75, ap, curves: _, ...scores }) => {
      return { ...scores, map50: ap50, map75: ap75, map50_95: ap };
    }),
    curves: perClass.map(({ name, ap50, curves }) => ({ name, ap50, curves })),
  };
}

/** Scores as a table for people. @param parts by what is written before their names, such as `mask ` */
export function scoreTable(parts: Readonly<Record<string, DetectionScores>>): [all: ScoreRow, ...perClass: ScoreRow[]] {
  const all: ScoreRow = { name: "all", images: 0, instances: 0, scores: {} };
  const perClass = new Map<number, ScoreRow>();
  for (const [before, scores] of Object.entries(parts)) {
    const add = (row: ScoreRow, { precision, recall, map50, map50_95 }: ShownScores): ScoreRow => {
      const shown = { P: precision, R: recall, mAP50: map50, "mAP50-95": map50_95 };
      const named = Object.entries(shown).map(([name, score]) => [`${before}${name}`, score]);
      return { ...row, scores: { ...row.scores, ...Object.fromEntries(named) } };
    };
    Object.assign(all, { images: scores.images, instances: scores.instances }, { scores: add(all, scores).scores });
    for (const one of scores.perClass) {
      const { name, images, instances } = one;
      perClass.set(one.class, add(perClass.get(one.class) ?? { name, images, instances, scores: {} }, one));
    }
  }
  return [all, ...perClass.values()];
}

type ShownScores = Pick<DetectionScores, "precision" | "recall" | "map50" | "map50_95">;

/** Columns of `results.csv`. @param letter of what is scored: B for boxes, M for masks, P for keypoints */
export function scoreColumns(
  letter: "B" | "M" | "P",
  scores: DetectionScores | undefined,
): Readonly<Record<string, number | undefined>> {
  return {
    [`metrics/precision(${letter})`]: scores?.precision,
    [`metrics/recall(${letter})`]: scores?.recall,
    [`metrics/mAP50(${letter})`]: scores?.map50,
    [`metrics/mAP50-95(${letter})`]: scores?.map50_95,
  };
}

/** Detection: boxes with a class each. */
export const detect: Task<Detections, DetectionScores> = {
  name: "detect",
  createCriterion: (model, options) => familyOf(model.family).createCriterion(model, options),
  decodeMaps,
  postprocess: nonMaxSuppression,
  toImage: scaleDetections,
  entries: () => ({}),
  createMetrics(names, rules) {
    const metrics = detectionMetrics(names, rules);
    return {
      add(detections, sample) {
        metrics.add({ detections, labels: labelsInFile(sample) });
      },
      ...mergingOf(metrics),
      result: () => detectionScores(metrics.result()),
    };
  },
  table: (scores) => scoreTable({ "": scores }),
  columns: (scores) => scoreColumns("B", scores),
  plots: async (scores, names) => [...(await confusionPlots(scores, names)), ...(await curvePlots("Box", scores))],
  outputShape({ family, nc, extras }, { batch, anchors }) {
    const { hasObjectness, outputLayout } = familyOf(family);
    const channels = (hasObjectness ? 5 : 4) + nc + extras;
    return outputLayout === "NAC" ? [batch, anchors, channels] : [batch, channels, anchors];
  },
};
