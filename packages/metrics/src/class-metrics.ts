import { LookonceError } from "@lookonce/errors";
import { roundHalfEven, sortByScore } from "@lookonce/geometry";
import { averagePrecision } from "./average-precision.ts";
import { interpolate, unitSteps } from "./interpolate.ts";
import type { RuleSet } from "./match-detections.ts";
import { smooth } from "./smooth.ts";

/** Keeps quotients finite; the references' value. */
const EPSILON = 1e-16;

/** Confidences at which the curves are sampled. */
export const CONFIDENCES: Float64Array = unitSteps(1000);

/** Matched detections and labels of a whole data set. */
export interface MatchedDetections {
  /** Row-major `[detections, thresholds]`, 1 where a detection is right; see `matchDetections`. */
  correct: Uint8Array;
  scores: Float32Array;
  /** Class number of each detection. */
  predictedClasses: ArrayLike<number>;
  /** Class number of each label. */
  labelClasses: ArrayLike<number>;
}

/** Precision, recall and F1 over {@link CONFIDENCES} at the lowest IoU threshold; precision over 1000 recalls 0 to 1. */
export interface ClassCurves {
  precision: Float64Array;
  recall: Float64Array;
  f1: Float64Array;
  precisionAtRecall: Float64Array;
}

/** Scores of one class. Precision, recall, F1 and counts are at the chosen confidence and lowest IoU threshold. */
export interface ClassMetrics {
  class: number;
  /** Number of labels. */
  labels: number;
  /** Number of detections, whatever their confidence. */
  detections: number;
  precision: number;
  recall: number;
  f1: number;
  truePositives: number;
  falsePositives: number;
  /** Average precision at each IoU threshold. */
  ap: Float64Array;
  curves: ClassCurves;
}

/** Result of {@link classMetrics}. */
export interface MetricsByClass {
  /** The confidence, one for all classes, at which the mean F1 is highest. */
  confidence: number;
  /** Classes that have labels, ascending. */
  perClass: ClassMetrics[];
}

/**
 * Precision, recall, F1 and average precision of every class that has labels.
 *
 * A class without detections has 0 everywhere. Above its most confident detection a class has precision 1, recall 0.
 *
 * @throws LookonceError `ARGUMENT` when the arrays' lengths do not fit
 */
export function classMetrics(matched: MatchedDetections, options: { rules?: RuleSet } = {}): MetricsByClass {
  const thresholds = thresholdCount(matched);
  // Of each class the indices of its detections, best first
  const detections = new Map<number, number[]>();
  for (const index of sortByScore(matched.scores)) {
    const label = matched.predictedClasses[index]!;
    const own = detections.get(label);
    if (own === undefined) detections.set(label, [index]);
    else own.push(index);
  }
  const labelCounts = new Map<number, number>();
  for (const label of Array.from(matched.labelClasses)) labelCounts.set(label, (labelCounts.get(label) ?? 0) + 1);
  const { rules = "7.0" } = options;
  const classes = [...labelCounts.keys()].sort((a, b) => a - b);
  const measured = classes.map((label) => {
    const own = detections.get(label) ?? [];
    const labels = labelCounts.get(label)!;
    return {
      class: label,
      labels,
      detections: own.length,
      ...measureClass(matched, own, { labels, thresholds, rules }),
    };
  });
  const best = bestPosition(measured, rules);
  return { confidence: CONFIDENCES[best]!, perClass: measured.map((one) => ({ ...one, ...readAt(best, one) })) };
}

function thresholdCount({ correct, scores, predictedClasses }: MatchedDetections): number {
  const count = scores.length;
  const thresholds = count === 0 ? 10 : correct.length / count;
  if (predictedClasses.length !== count || !Number.isInteger(thresholds) || thresholds < 1) {
    throw new LookonceError(
      "ARGUMENT",
      `The arrays of the detections do not fit: ${count} scores, ${predictedClasses.length} classes, ${correct.length} match flags. Pass one score and class a detection, and one flag for each IoU threshold.`,
    );
  }
  return thresholds;
}

/** Average precisions and curves of one class, whose detections are `own`, best first. */
function measureClass(
  matched: MatchedDetections,
  own: readonly number[],
  { labels, thresholds, rules }: { labels: number; thresholds: number; rules: RuleSet },
): { ap: Float64Array; curves: ClassCurves } {
  const ap = new Float64Array(thresholds);
  const flat = (): Float64Array => new Float64Array(CONFIDENCES.length);
  const curves: ClassCurves = { precision: flat(), recall: flat(), f1: flat(), precisionAtRecall: flat() };
  if (own.length === 0) return { ap, curves };
  for (let t = 0; t < thresholds; t++) {
    const recall = new Float64Array(own.length);
    const precision = new Float64Array(own.length);
    let right = 0;
    own.forEach((index, i) => {
      right += matched.correct[index * thresholds + t]!;
      recall[i] = right / (labels + EPSILON);
      precision[i] = right / (i + 1);
    });
    const area = averagePrecision(recall, precision, { rules });
    ap[t] = area.ap;
    if (t > 0) continue;
    const scores = Float64Array.from(own, (index) => matched.scores[index]!);
    curves.precision = overConfidence(scores, precision, 1);
    curves.recall = overConfidence(scores, recall, 0);
    curves.f1 = curves.precision.map((p, i) => (2 * p * curves.recall[i]!) / (p + curves.recall[i]! + EPSILON));
    curves.precisionAtRecall = interpolate(CONFIDENCES, { x: area.recall, y: area.envelope }, 1);
  }
  return { ap, curves };
}

/** Values at descending scores, sampled at {@link CONFIDENCES}; `above` beyond the highest score. */
function overConfidence(scores: Float64Array, values: Float64Array, above: number): Float64Array {
  const positions = CONFIDENCES.map((score) => -score).reverse();
  const curve = { x: scores.map((score) => -score), y: values };
  return interpolate(positions, curve, above).reverse();
}

/** Where, on {@link CONFIDENCES}, the mean F1 of all classes is highest; the first place where several are. */
function bestPosition(measured: readonly { curves: ClassCurves }[], rules: RuleSet): number {
  const mean = new Float64Array(CONFIDENCES.length);
  for (const { curves } of measured) {
    for (let i = 0; i < mean.length; i++) mean[i]! += curves.f1[i]! / measured.length;
  }
  const curve = rules === "6.1" ? mean : smooth(mean, 0.1);
  return curve.reduce((best, value, i) => (value > curve[best]! ? i : best), 0);
}

function readAt(
  position: number,
  { labels, curves }: Pick<ClassMetrics, "labels" | "curves">,
): Pick<ClassMetrics, "precision" | "recall" | "f1" | "truePositives" | "falsePositives"> {
  const precision = curves.precision[position]!;
  const recall = curves.recall[position]!;
  const truePositives = roundHalfEven(recall * labels);
  const falsePositives = roundHalfEven(truePositives / (precision + EPSILON) - truePositives);
  return { precision, recall, f1: curves.f1[position]!, truePositives, falsePositives };
}
