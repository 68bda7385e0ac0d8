import type {
  ExportArgs,
  InfoArgs,
  PredictArgs,
  TrackArgs,
  TrackerSettings,
  TrainArgs,
  ValArgs,
} from "@lookonce/config";
import type { RunOptions as PredictRunOptions, SkippedImage } from "@lookonce/inference";
import type { BranchName, FusedSummary, ModelSummary, ModuleDescription } from "@lookonce/nn";
import type { TrainOptions as RunOptions, TrainResult, ValidationResult } from "@lookonce/trainer";
import type { FindModelOptions } from "./model-source.ts";
import type { PlaceOptions } from "./place.ts";

/** Options of `YOLO.load`. */
export interface LoadOptions extends PlaceOptions, FindModelOptions {
  /** Seed of random weights, where a model has none of its own (default 0). */
  seed?: number;
}

/** Options of `YOLO.info`. */
export type InfoOptions = InfoArgs;

/** Options of `YOLO.describe`; those of the predictions to come. */
export type DescribeOptions = Pick<PredictOptions, "imgsz" | "rect" | "nms">;

/** Result of `YOLO.describe`. */
export interface DetectorDescription {
  /** Task of the model: `detect`, `segment`, `pose`, `obb`, `classify`. */
  task: string;
  /** Family of the model, as `familyOf` of `@lookonce/families` names it. */
  family: string;
  /** Class names by class number. */
  names: readonly string[];
  /** Sides of the network's images are multiples of this. */
  stride: number;
  /** Size that images are letterboxed to at most, in pixels. */
  imgsz: readonly [height: number, width: number];
  /** Branches of its head, or the one that an exported file has; `nms: false` uses `one2one`. */
  branches: readonly BranchName[];
}

/** Result of `YOLO.info`. */
export interface ModelInfo extends ModelSummary {
  /** What it costs fused for inference, by each branch of its head. */
  fused: FusedSummary[];
  /** Side of the image that shapes and operations are for. */
  imgsz: number;
  /** The tree of modules with their parameters, where it was asked for. */
  details?: ModuleDescription[];
}

/** Options of `YOLO.export`. Which format knows which is in docs/export.md; others are refused. */
export interface ExportOptions extends ExportArgs {
  /** Called after each image that calibrates `int8`. */
  onCalibrated?: (images: number) => void;
}

/** Options of `YOLO.predict` and `YOLO.stream`. */
export interface PredictOptions extends PredictArgs, Omit<PredictRunOptions, "notify" | keyof PredictArgs> {
  /** Called with the folder that results are saved in, when the first is. */
  onSave?: (directory: string) => void;
  /** Called with each image of several that cannot be read and is skipped; a single one throws. Default: `log`. */
  onSkip?: (image: SkippedImage) => void;
}

/** Options of `YOLO.track` and `YOLO.trackStream`. */
export interface TrackOptions extends PredictOptions, Omit<TrackArgs, "tracker" | keyof PredictArgs> {
  /** `bytetrack.yaml`, `botsort.yaml`, a file of your own, or settings. Default: botsort.yaml. */
  tracker?: string | Partial<TrackerSettings>;
}

/** Options of `YOLO.train`; `data` is required unless a training is resumed. */
export interface TrainOptions
  extends TrainArgs,
    Pick<RunOptions, "transforms" | "callbacks" | "signal" | "communicator"> {
  /** Resume the training of the loaded `last.safetensors`, with its settings. Default: false. */
  resume?: boolean;
}

/** What `YOLO.train` did. */
export type TrainReport = TrainResult;

/** Options of `YOLO.val`. */
export interface ValOptions extends ValArgs {
  /** Called before the first batch and after every one. */
  onProgress?: (progress: { done: number; batches: number }) => void;
  /** Stops it; it throws the signal's reason. */
  signal?: AbortSignal;
}

/** What `YOLO.val` measured. */
export interface ValReport extends ValidationResult {
  /** The folder that was written to, where something was to be written. */
  directory?: string;
}
