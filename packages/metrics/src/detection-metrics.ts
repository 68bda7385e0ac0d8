import { LookonceError } from "@lookonce/errors";
import { type ClassCurves, type ClassMetrics, classMetrics, type MetricsByClass } from "./class-metrics.ts";
import { ConfusionMatrix, type ConfusionOptions } from "./confusion-matrix.ts";
import { type FitnessWeights, fitness } from "./fitness.ts";
import { checkImage, type EvaluatedImage, overlapsOf } from "./image.ts";
import { IOU_THRESHOLDS, matchDetections, type RuleSet } from "./match-detections.ts";
import { addCounts, type MetricsState } from "./metrics-state.ts";

/** Options of {@link DetectionMetrics}. */
export interface DetectionMetricsOptions {
  /** Names of the classes. Classes beyond them are called by their number. */
  names?: readonly string[];
  /** Number of classes. Default the number of names. */
  nc?: number;
  /** Default `7.0`: the rules of YOLOv5 7.0 and YOLOv8. */
  rules?: RuleSet;
  /** Default those of {@link fitness}. */
  fitness?: FitnessWeights;
  /** Thresholds of the confusion matrix. */
  confusion?: Omit<ConfusionOptions, "rules">;
}

/** Scores of one class that has labels. */
export interface ClassResult {
  class: number;
  name: string;
  /** Images with a label of this class. */
  images: number;
  /** Labels of this class. */
  instances: number;
  /** At the confidence that is best for all classes together, IoU 0.5. */
  precision: number;
  recall: number;
  f1: number;
  /** Average precision at IoU 0.5. */
  ap50: number;
  /** Average precision at IoU 0.75. */
  ap75: number;
  /** Mean of the average precisions at IoU 0.50, 0.55 … 0.95. */
  ap: number;
  /** Over 1000 confidences from 0 to 1. */
  curves: ClassCurves;
}

/** Scores of a detector. Means are over the classes that have labels, 0 where none has. */
export interface DetectionResult {
  images: number;
  instances: number;
  precision: number;
  recall: number;
  f1: number;
  map50: number;
  map75: number;
  map50_95: number;
  fitness: number;
  /** The confidence at which precision, recall and F1 are measured. */
  confidence: number;
  perClass: ClassResult[];
  confusion: ConfusionMatrix;
}

/** Gathers detections and labels image by image and scores them. */
export class DetectionMetrics {
  readonly nc: number;
  readonly #names: readonly string[];
  readonly #rules: RuleSet;
  readonly #fitness: FitnessWeights | undefined;
  readonly #confusion: ConfusionMatrix;
  readonly #correct: Uint8Array[] = [];
  readonly #scores: number[] = [];
  readonly #predictedClasses: number[] = [];
  readonly #labelClasses: number[] = [];
  readonly #imagesOfClass: Float64Array;
  #images = 0;

  /** @throws LookonceError `ARGUMENT` when there is no class */
  constructor(options: DetectionMetricsOptions) {
    this.#names = options.names ?? [];
    this.nc = options.nc ?? this.#names.length;
    if (!Number.isInteger(this.nc) || this.nc < 1) {
      throw new LookonceError(
        "ARGUMENT",
        `DetectionMetrics needs at least one class, but nc is ${this.nc}. Pass names or nc.`,
      );
    }
    this.#rules = options.rules ?? "7.0";
    this.#fitness = options.fitness;
    this.#confusion = new ConfusionMatrix(this.nc, { ...options.confusion, rules: this.#rules });
    this.#imagesOfClass = new Float64Array(this.nc);
  }

  /**
   * Adds one image, its detections best first. Call it for images without labels or detections too.
   *
   * @throws LookonceError `ARGUMENT` or `DATA` when lengths or classes do not fit
   */
  add(image: EvaluatedImage): void {
    checkImage(image, this.nc);
    const { detections, labels } = image;
    const overlaps = overlapsOf(image);
    this.#correct.push(matchDetections(detections, labels, { rules: this.#rules, overlaps }));
    for (const score of detections.scores) this.#scores.push(score);
    for (const label of detections.classes) this.#predictedClasses.push(label);
    const labelClasses = Array.from(labels.classes);
    for (const label of labelClasses) this.#labelClasses.push(label);
    for (const label of new Set(labelClasses)) this.#imagesOfClass[label]!++;
    this.#confusion.add({ ...image, overlaps });
    this.#images++;
  }

  /** What was gathered so far, for {@link merge}. */
  state(): MetricsState {
    return {
      images: Float64Array.of(this.#images),
      correct: this.#allCorrect(),
      scores: Float32Array.from(this.#scores),
      predictedClasses: Int32Array.from(this.#predictedClasses),
      labelClasses: Int32Array.from(this.#labelClasses),
      imagesOfClass: this.#imagesOfClass.slice(),
      confusion: this.#confusion.counts.slice(),
    };
  }

  /**
   * Adds what other metrics of the same classes and rules gathered, as if its images were added here one by one. Scores
   * are the same bits where states come in the order of their images.
   */
  merge(state: MetricsState): void {
    const { images, correct, scores, predictedClasses, labelClasses, imagesOfClass, confusion } = state;
    this.#images += images?.[0] ?? 0;
    this.#correct.push(Uint8Array.from(correct ?? []));
    for (const score of scores ?? []) this.#scores.push(score);
    for (const label of predictedClasses ?? []) this.#predictedClasses.push(label);
    for (const label of labelClasses ?? []) this.#labelClasses.push(label);
    addCounts(this.#imagesOfClass, imagesOfClass);
    addCounts(this.#confusion.counts, confusion);
  }

  /** The scores of all images so far. */
  result(): DetectionResult {
    const byClass = this.#measure();
    const perClass = byClass.perClass.map((one) => this.#describe(one));
    const mean = (key: "precision" | "recall" | "f1" | "ap50" | "ap75" | "ap"): number =>
      perClass.length === 0 ? 0 : perClass.reduce((sum, result) => sum + result[key], 0) / perClass.length;
    const [map50, map50_95] = [mean("ap50"), mean("ap")];
    return {
      images: this.#images,
      instances: this.#labelClasses.length,
      precision: mean("precision"),
      recall: mean("recall"),
      f1: mean("f1"),
      map50,
      map75: mean("ap75"),
      map50_95,
      fitness: fitness({ map50, map50_95 }, this.#fitness),
      confidence: byClass.confidence,
      perClass,
      confusion: this.#confusion,
    };
  }

  /** For each detection and each threshold, whether it is right. */
  #allCorrect(): Uint8Array {
    const correct = new Uint8Array(this.#scores.length * IOU_THRESHOLDS.length);
    let at = 0;
    for (const part of this.#correct) {
      correct.set(part, at);
      at += part.length;
    }
    return correct;
  }

  #measure(): MetricsByClass {
    const correct = this.#allCorrect();
    const [predictedClasses, labelClasses] = [this.#predictedClasses, this.#labelClasses];
    const scores = Float32Array.from(this.#scores);
    return classMetrics({ correct, scores, predictedClasses, labelClasses }, { rules: this.#rules });
  }

  #describe(one: ClassMetrics): ClassResult {
    const { precision, recall, f1, curves, ap } = one;
    return {
      class: one.class,
      name: this.#names[one.class] ?? String(one.class),
      images: this.#imagesOfClass[one.class]!,
      instances: one.labels,
      precision,
      recall,
      f1,
      ap50: ap[0]!,
      ap75: ap[5]!,
      ap: ap.reduce((sum, value) => sum + value, 0) / ap.length,
      curves,
    };
  }
}

/** Scores all images at once; see {@link DetectionMetrics}. */
export function evaluateDetections(
  images: Iterable<EvaluatedImage>,
  options: DetectionMetricsOptions,
): DetectionResult {
  const metrics = new DetectionMetrics(options);
  for (const image of images) metrics.add(image);
  return metrics.result();
}
