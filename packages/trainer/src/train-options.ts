import type { Transform } from "@lookonce/augment";
import type { OptimizerName, Recipe, RecipeChanges } from "@lookonce/config";
import type { Dataset } from "@lookonce/data";
import { LookonceError } from "@lookonce/errors";
import type { DetectionModel } from "@lookonce/nn";
import { findBatch } from "./auto-batch/largest-batch.ts";
import type { TrainCallbacks } from "./report/callbacks.ts";
import type { Losses } from "./train-step.ts";
import type { ValidationResult } from "./validation/validation-result.ts";

/** Settings that determine a training's result; saved with it for resuming. */
export interface TrainSettings {
  /** Default 100. */
  epochs?: number;
  /** Side of the images, in pixels; a multiple of the model's largest stride. Default 640. */
  imgsz?: number;
  /** Images in a batch; -1 finds the largest that fits into 60 % of the free memory. Default 16. */
  batch?: number;
  /** What differs from the family's default recipe. */
  recipe?: RecipeChanges;
  /** Validate every epoch, only after the last one, or never. Default `"every"`. */
  val?: "every" | "last" | "never";
  /** Seed of the order of images and of augmentation. Default 0. */
  seed?: number;
  /** Layers of the model file to freeze: their number from the first, or their numbers. Default none. */
  freeze?: number | readonly number[];
  /** Stop after this many epochs without a fitter one; 0 never does. Default 100. */
  patience?: number;
  /** Stop after this many hours; learning rates decay within them. Default no limit. */
  time?: number;
  /** Keep `weights/epochN.safetensors` of every n-th epoch; 0 keeps none. Default 0. */
  savePeriod?: number;
  /** Batches of images of similar shape, which are neither shuffled nor mixed with others. Default `false`. */
  rect?: boolean;
  /** Show images of rare and badly found classes more often, as YOLOv5's `--image-weights`. Default `false`. */
  imageWeights?: boolean;
  /** Resize every batch to a random size, from half of `imgsz` to one and a half of it. Default `false`. */
  multiScale?: boolean;
  /**
   * Before YOLOv5 models learn: check that their anchors fit the data set, and fit new ones where they do not (AutoAnchor).
   * Default `true`.
   */
  autoAnchor?: boolean;
  /**
   * Train in mixed precision: convolutions and products in half, with a scaled loss. Default: on GPUs (`webgpu`, `cuda`)
   * that a short trial shows to be faster so.
   */
  amp?: boolean;
  /** What else is saved with the run and written to `args.yaml`, such as the files of model and data set. */
  args?: Readonly<Record<string, unknown>>;
}

/** {@link TrainSettings} with defaults filled in and `auto` replaced by what was chosen. */
export interface ResolvedSettings extends Required<Omit<TrainSettings, "recipe">> {
  recipe: Recipe & { optimizer: OptimizerName };
  nbs: number;
  /** See `ScheduleSettings`. */
  usesPreviousEpochLr: boolean;
}

/** Options of {@link train}. */
export interface TrainOptions extends TrainSettings {
  /** Training images. */
  data: Dataset;
  /** Images to validate with; without them the last epoch counts as the best. */
  valData?: Dataset;
  /** An existing directory to write to. Default: a new one, `runs/train/exp`, `exp2`, … */
  directory?: string;
  /** Threads that decode and augment; does not change what is learned. Default: that of `BatchLoader`. */
  workers?: number;
  /** Keep decoded images: in memory (`ram`), on disk (`disk`), those that fit (`auto`, the default), or `none`. */
  cache?: "auto" | "ram" | "disk" | "none";
  /** Your own transforms, done last: the address of a module that exports them, or functions, which need `workers: 0`. */
  transforms?: URL | readonly Transform[];
  /**
   * Draw `labels.png`, the first batches, `results.png` and, from the best weights at the end, the plots of a validation into
   * the directory. Default `false`.
   */
  plots?: boolean;
  /** Called in this order; `progress(process.stderr)` shows the progress. */
  callbacks?: readonly TrainCallbacks[];
  /** Stops after the current step, with the weights and the state saved. */
  signal?: AbortSignal;
  /**
   * A `last.safetensors` to resume: the model must be the one in it, settings are those it was trained with, and files are
   * written to its directory.
   */
  resume?: string;
}

/** Result of {@link train}. */
export interface TrainResult {
  /** The run's directory. */
  directory: string;
  /** The last weights, and those of the fittest epoch (the same where nothing was validated). */
  last: string;
  best: string;
  /** Epochs that were finished. */
  epochs: number;
  seconds: number;
  /** Mean losses of every epoch. */
  losses: Losses[];
  /** Scores of the fittest epoch. */
  validation?: ValidationResult;
  /** Whether the signal stopped it. */
  interrupted: boolean;
}

/** @throws LookonceError `ARGUMENT` for options that make no sense, `DATA` for another number of classes */
export function checkTrainOptions(model: DetectionModel, { data, valData, ...options }: TrainOptions): void {
  for (const key of ["epochs", "imgsz", "batch"] as const) {
    const value = options[key];
    if (value === undefined || (Number.isInteger(value) && value > 0)) continue;
    if (key === "batch" && value === findBatch) continue;
    const also = key === "batch" ? `, or ${findBatch} for the largest that fits` : "";
    throw new LookonceError("ARGUMENT", `${key} must be a whole number of at least 1${also}, not ${value}.`);
  }
  for (const key of ["patience", "time", "savePeriod"] as const) {
    const value = options[key];
    if (value === undefined || value >= 0) continue;
    throw new LookonceError("ARGUMENT", `${key} must be a number of at least 0, not ${value}.`);
  }
  const { imgsz = 640 } = options;
  if (imgsz % model.maxStride !== 0) {
    throw new LookonceError(
      "ARGUMENT",
      `imgsz must be a multiple of ${model.maxStride}, the model's stride, not ${imgsz}.`,
    );
  }
  const { rect, imageWeights } = options;
  if (rect && imageWeights) {
    throw new LookonceError(
      "ARGUMENT",
      "rect keeps images in the order of their shapes, imageWeights draws them: drop one of the two.",
    );
  }
  for (const dataset of [data, valData]) {
    if (dataset === undefined || dataset.names.length === model.nc) continue;
    throw new LookonceError(
      "DATA",
      `the data set has ${dataset.names.length} classes, the model ${model.nc}: build the model for ${dataset.names.length} classes.`,
    );
  }
}
