import type { NmsDefaults, ScoringRules } from "@lookonce/config";
import type { BatchSample, LabelKind } from "@lookonce/data";
import type { Detections, HeadSpec, ImageSize, Letterboxing, NmsOptions, Prediction, RawMap } from "@lookonce/geometry";
import type { ImageFit } from "@lookonce/image";
import type { Criterion } from "@lookonce/loss";
import type { MetricsState } from "@lookonce/metrics";
import type { DetectionModel } from "@lookonce/nn";
import type { CriterionOptions } from "./model-family.ts";

/** Thresholds and choices of {@link Task.postprocess}. */
export interface PostprocessOptions
  extends Pick<NmsOptions, "conf" | "iou" | "maxDet" | "maxSelected" | "agnostic" | "classes" | "multiLabel"> {
  /** Whether the detections are for metrics: none is left out for what it has besides its box. Default false. */
  validation?: boolean;
  /** Whether masks are made in pixels of the image, not of the network's input. Default false. */
  retinaMasks?: boolean;
}

/** How an image becomes a network's input; plain data, which other threads get. */
export interface ImageInput {
  /** How it is fitted into the network's size. */
  fit: ImageFit;
  /** Sides are multiples of this, where the model itself has a smaller stride. */
  stride?: number;
  /** Of each channel what is subtracted from values from 0 to 1, and what the difference is divided by. */
  normalization?: { mean: Rgb; deviation: Rgb };
}

/** A value of red, green and blue. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** What the scores of every task have. */
export interface Scores {
  images: number;
  /** Labels of all images. */
  instances: number;
  /** What weights are chosen by: the larger, the better. */
  fitness: number;
  /** Scores of the classes that have labels, for image weights; may be empty. */
  perClass: readonly { class: number; map50_95?: number }[];
}

/** Scores of all classes together, or of one, for people. */
export interface ScoreRow {
  /** The class's name, or `all`. */
  name: string;
  /** Images, of a class those that show it. */
  images: number;
  /** Labels. */
  instances: number;
  /** By their names, such as `mAP50`. */
  scores: Readonly<Record<string, number>>;
}

/** By which rules a validation scores. */
export interface MetricRules {
  /** Those of the model's family. */
  scoring: ScoringRules;
  /** Least confidence of the detections. */
  conf: number;
}

/** Metrics of a validation: of what a task detects in an image, its scores. */
export interface TaskMetrics<D extends Detections, S extends Scores> {
  /** Adds an image. @param detections in pixels of its file, @param sample with the labels */
  add(detections: D, sample: BatchSample): void;
  /** What was gathered so far, for {@link merge}. */
  state(): MetricsState;
  /** Adds what other metrics of the task gathered elsewhere; merged in the order of images, scores are the same bits. */
  merge(state: MetricsState): void;
  result(): S;
}

/** A plot of a validation's scores: the name of its file, and what draws it as PNG. */
export type ScorePlot = readonly [file: string, draw: () => Promise<Uint8Array>];

/**
 * What distinguishes a task, from the head to the exported file. A task is a record of this type and a file of its name in
 * each package that has something to say on it; detection, `detect`, is built in.
 *
 * Methods, so that the tasks of the table may be read as `Task`: what a task detects goes back to that task alone.
 *
 * @typeParam D what it detects in an image: detections with further arrays, such as masks
 * @typeParam S its scores
 */
export interface Task<D extends Detections = Detections, S extends Scores = Scores> {
  /** As the head of a model names it: `model.task`. */
  readonly name: string;
  /** What labels it learns from. Absent: boxes. */
  readonly labels?: LabelKind;
  /** How images become the network's input, in a family of models. Absent: letterboxed. */
  input?(family: string): ImageInput;
  /** Whether it finds objects in images, which can be tracked and counted. Default true. */
  readonly hasObjects?: boolean;
  /** Thresholds of validation that differ from the family's. */
  readonly valNms?: Readonly<Partial<NmsDefaults>>;
  /** Creates the loss, which also turns a batch's labels into targets. */
  createCriterion(model: DetectionModel, options: CriterionOptions): Promise<Criterion>;
  /**
   * Decodes the raw maps of an image where an anchor's confidence can exceed a threshold. Absent: the network's graph
   * decodes all anchors with the head's `decode`. Worker threads know the tasks that are built in only, so leave it out in
   * others.
   */
  readonly decodeMaps?: (maps: readonly RawMap[], head: HeadSpec, conf: number) => Prediction;
  /** Whether test-time augmentation can join what is predicted of several views of an image. Default true. */
  readonly augments?: boolean;
  /** What is detected in each image of a head's decoded output, in pixels of the network's input. */
  postprocess(output: Prediction, options: PostprocessOptions): D[];
  /**
   * How duplicates are suppressed inside of exported files: upright boxes (default), rotated ones, or not at all where there
   * are no boxes.
   */
  readonly suppression?: "boxes" | "rotated" | "none";
  /** Maps detections from pixels of the network's input to those of the image. */
  toImage(detections: D, letterboxing: Letterboxing, size: ImageSize): D;
  /**
   * What results have besides boxes, by name, such as `masks`: arrays, or objects of a class that extends `ResultEntry`, which
   * says how they are written and drawn.
   *
   * @param size of the image, in pixels
   */
  entries(detections: D, size: ImageSize): Readonly<Record<string, unknown>>;
  /** Creates the metrics of a validation. @param rules default those of YOLOv5 and YOLOv8 (8.3) */
  createMetrics(names: readonly string[], rules?: MetricRules): TaskMetrics<D, S>;
  /** Scores as a table for people: of all classes, then of each that has labels. */
  table(scores: S): readonly [all: ScoreRow, ...perClass: ScoreRow[]];
  /** Columns of `results.csv` with an epoch's scores, or without any for an epoch that was not validated. */
  columns(scores: S | undefined): Readonly<Record<string, number | undefined>>;
  /** Plots of a validation's scores. */
  plots(scores: S, names: readonly string[]): Promise<readonly ScorePlot[]>;
  /** Shape of the decoded output in exported files; of two axes where there are no anchors. */
  outputShape<D extends number | string>(
    model: Pick<DetectionModel, "family" | "nc" | "extras">,
    size: { batch: D; anchors: D },
  ): (D | number)[];
}
