import type { RunOptions as PredictRunOptions, SaveOptions, SkippedImage } from "@lookonce/inference";
import type { ModelSummary, ModuleDescription } from "@lookonce/nn";
import type { TrainOptions as RunOptions, TrainResult, TrainSettings, ValidationResult } from "@lookonce/trainer";
import type { FetchOptions } from "./find-weights-file.ts";
import type { PlaceOptions } from "./place.ts";

/** Options of `YOLO.load`. */
export interface LoadOptions extends PlaceOptions {
  /** Seed of random weights, where a model has none of its own (default 0). */
  seed?: number;
  /** Told, a line a time, what a person should know, such as an image size that was rounded up. Default: nobody. */
  log?: (line: string) => void;
  /** How published weights that are not here are fetched. Default: from their publisher, into the platform's cache folder. */
  fetch?: FetchOptions;
}

/** Options of `YOLO.info`. */
export interface InfoOptions {
  /** Side of the image that shapes and operations are for, rounded up to the model's stride (default 640). */
  imgsz?: number;
  /** Whether to tell every parameter tensor with its mean and deviation, which needs the weights (default false). */
  detailed?: boolean;
}

/** Options of `YOLO.describe`; those of the predictions to come. */
export type DescribeOptions = Pick<PredictOptions, "imgsz" | "rect">;

/** What `YOLO.describe` tells. */
export interface DetectorDescription {
  /** How the network writes boxes: with anchors and objectness (v5) or without (v8). */
  family: "v5" | "v8";
  /** Class names by class number. */
  names: readonly string[];
  /** Sides of the network's images are multiples of this. */
  stride: number;
  /** Size that images are letterboxed to at most, in pixels. */
  imgsz: readonly [height: number, width: number];
}

/** What `YOLO.info` tells. */
export interface ModelInfo extends ModelSummary {
  /** Side of the image that shapes and operations are for. */
  imgsz: number;
  /** The tree of modules with their parameters, where it was asked for. */
  details?: ModuleDescription[];
}

/** Options of `YOLO.predict` and `YOLO.stream`. */
export interface PredictOptions extends Omit<PredictRunOptions, "notify">, SaveOptions {
  /** Longer side that images are scaled to, in pixels, rounded up to the model's stride (default 640). */
  imgsz?: number;
  /** Whether images are padded only as far as the stride needs, not to a square (default true). */
  rect?: boolean;
  /** Half precision in convolutions, on GPUs (default false). */
  half?: boolean;
  /** Threads that look at images side by side; 0 for none (default: one a core, when there are enough images). */
  workers?: number;
  /** Write class names on saved images (default true). */
  showLabels?: boolean;
  /** Write confidences on saved images (default true). */
  showConf?: boolean;
  /** Draw boxes on saved images (default true). */
  showBoxes?: boolean;
  /** Width of the boxes' lines on saved images, in pixels (default: from the image's size). */
  lineWidth?: number;
  /** Folder for results (default `runs`). */
  project?: string;
  /** Folder of this run in it, made when something is to be saved; a number is added if it exists (default `predict`). */
  name?: string;
  /** Whether to write into that folder even if it exists (default false). */
  existOk?: boolean;
  /** Told the folder that results are saved in, when the first is. */
  onSave?: (directory: string) => void;
  /** Told of each image of several that cannot be read and is left out; a single one throws. Default: `log`. */
  onSkip?: (image: SkippedImage) => void;
}

/** Options of `YOLO.train`. */
export interface TrainOptions
  extends Omit<TrainSettings, "args">,
    Pick<RunOptions, "workers" | "cache" | "transforms" | "callbacks" | "signal"> {
  /** The data set file, in YOLO's form; needed unless a training goes on. */
  data?: string;
  /**
   * Hyper-parameters to start from: a preset, such as `v5-scratch-high`, or a YAML file of them; `recipe` changes single
   * ones. Default: those of the model's family.
   */
  hyp?: string;
  /** Go on with the training that the loaded `last.safetensors` is of; its settings hold. Default false. */
  resume?: boolean;
  /** Treat all objects as one class (default false). */
  singleCls?: boolean;
  /** Share of the training images that is used (default 1). */
  fraction?: number;
  /**
   * Draw `labels.png`, the first batches, `results.png` and, from the best weights at the end, the plots of a validation
   * (default true).
   */
  plots?: boolean;
  /** Write an event file for TensorBoard: curves, the first batches, the model's graph (default true). */
  tensorboard?: boolean;
  /** Folder for runs (default `runs`). */
  project?: string;
  /** Folder of this run in it, for weights and `results.csv`; a number is added if it exists (default `train`). */
  name?: string;
  /** Whether to write into that folder even if it exists (default false). */
  existOk?: boolean;
}

/** What `YOLO.train` did. */
export type TrainReport = TrainResult;

/** Options of `YOLO.val`. */
export interface ValOptions {
  /** The data set file, in YOLO's form. */
  data: string;
  /** `val` (default), `test` or `train`. */
  split?: string;
  /** Longer side of the images, in pixels, rounded up to the model's stride (default 640). */
  imgsz?: number;
  /** Images in a batch (default 16). */
  batch?: number;
  /** Detections of at most this confidence do not count (default 0.001). */
  conf?: number;
  /** Overlap from which on a box suppresses another (default 0.7, YOLOv5 0.6). */
  iou?: number;
  /** Most detections an image (default 300). */
  maxDet?: number;
  /** Batches of images of like shape, with little border (default true). */
  rect?: boolean;
  /** Treat all objects as one class, for a model that was trained so (default false). */
  singleCls?: boolean;
  /** Threads that read images ahead (default: one less than processor cores, at least 1). */
  workers?: number;
  /** Draw the confusion matrix, curves, and the labels and detections of the first batches (default false). */
  plots?: boolean;
  /** Write `predictions.json`, all detections in the form that COCO's evaluation reads (default false). */
  saveJson?: boolean;
  /** Number the categories in it as COCO's annotations do, 1 to 90, not by class number (default false). */
  cocoIds?: boolean;
  /** Write `labels/`, all detections as label files in YOLO's form (default false). */
  saveTxt?: boolean;
  /** With the confidence at the end of their lines (default false). */
  saveConf?: boolean;
  /** Folder for results (default `runs`). */
  project?: string;
  /** Folder of this run in it, made when something is to be written; a number is added if it exists (default `val`). */
  name?: string;
  /** Whether to write into that folder even if it exists (default false). */
  existOk?: boolean;
  /** Told before the first batch and after every one. */
  onProgress?: (progress: { done: number; batches: number }) => void;
  /** Stops it; it throws the signal's reason. */
  signal?: AbortSignal;
}

/** What `YOLO.val` measured. */
export interface ValReport extends ValidationResult {
  /** The folder that was written to, where something was to be written. */
  directory?: string;
}
