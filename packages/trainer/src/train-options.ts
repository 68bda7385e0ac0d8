import type { Transform } from "@lookonce/augment";
import { defaultImgsz, type OptimizerName, type Recipe, type RecipeChanges } from "@lookonce/config";
import type { Dataset } from "@lookonce/data";
import type { Communicator } from "@lookonce/distributed";
import { LookonceError } from "@lookonce/errors";
import type { DetectionModel } from "@lookonce/nn";
import { findBatch } from "./auto-batch/largest-batch.ts";
import type { Communication } from "./ranks/communication.ts";
import type { TrainCallbacks } from "./report/callbacks.ts";
import type { Losses } from "./train-step.ts";
import type { UnreadableImages } from "./unreadable-images.ts";
import type { ValidationResult } from "./validation/validation-result.ts";

/** Settings that determine a training's result; saved with it for resuming. */
export interface TrainSettings {
  /** Default 100. */
  epochs?: number;
  /** Side of the images, in pixels; a multiple of the model's largest stride. Default 640, of classifiers 224. */
  imgsz?: number;
  /** Images in a batch, of all ranks; -1 finds the largest that fits into 60 % of the free memory. Default 16. */
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
  /**
   * Of several ranks: normalize by the statistics of the whole batch, not of a rank's share of it, so that the training equals
   * that of one rank but for roundings. Default `false`.
   */
  syncBn?: boolean;
  /** Of several ranks: send gradients in half precision. Default `false`. */
  halfGradients?: boolean;
  /** What else is saved with the run and written to `args.yaml`, such as the files of model and data set. */
  args?: Readonly<Record<string, unknown>>;
}

/** Settings that only several ranks have. */
type RankSettings = Pick<TrainSettings, "syncBn" | "halfGradients">;

/** {@link TrainSettings} with defaults filled in and `auto` replaced by what was chosen. */
export interface ResolvedSettings
  extends Required<Omit<TrainSettings, "recipe" | keyof RankSettings>>,
    Readonly<RankSettings> {
  /** How many ranks train, if several. */
  ranks?: number;
  recipe: Recipe & { optimizer: OptimizerName };
  nbs: number;
  /** See `ScheduleSettings`. */
  usesPreviousEpochLr: boolean;
}

/** Options of {@link train}. */
export interface TrainOptions extends TrainSettings {
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
  /** Called in this order, on every rank; `progress(process.stderr)` shows the progress. */
  callbacks?: readonly TrainCallbacks[];
  /** Stops after the current step, with the weights and the state saved; of several ranks, any one's stops all. */
  signal?: AbortSignal;
  /**
   * Of a rank that shares the training with others: each computes its share of every batch, and gradients are summed. All
   * train with the same model, data and options; the first one writes the files. It stays open.
   */
  communicator?: Communicator;
  /**
   * A `last.safetensors` to resume: the model must be the one in it, settings are those it was trained with, and files are
   * written to its directory.
   */
  resume?: string;
  /** Resume although images or class names of the data set have changed since. Default `false`: that is an error. */
  resumeChanged?: boolean;
}

/** Result of {@link train}. */
export interface TrainResult {
  directory: string;
  /** The last weights, and those of the fittest epoch (the same where nothing was validated). */
  last: string;
  best: string;
  epochs: number;
  seconds: number;
  /** Mean losses of every epoch. */
  losses: Losses[];
  /** Training images that could not be read, for which others were used. */
  unreadable?: UnreadableImages;
  /** Of several ranks: how long they exchanged numbers and waited for one another. */
  communication?: Communication;
  /** Scores of the fittest epoch. */
  validation?: ValidationResult;
  /** Whether the signal stopped it. */
  interrupted: boolean;
}

/** @throws LookonceError `ARGUMENT` for options that make no sense, `DATA` for another number of classes */
export function checkTrainOptions(model: DetectionModel, { data, valData, ...options }: TrainOptions): void {
  const refuse = (message: string): never => {
    throw new LookonceError("ARGUMENT", message);
  };
  for (const key of ["epochs", "imgsz", "batch"] as const) {
    const { [key]: value = 1 } = options;
    if ((Number.isInteger(value) && value > 0) || (key === "batch" && value === findBatch)) continue;
    const also = key === "batch" ? `, or ${findBatch} for the largest that fits` : "";
    refuse(`${key} must be a whole number of at least 1${also}, not ${value}.`);
  }
  for (const key of ["patience", "time", "savePeriod"] as const) {
    const { [key]: value = 0 } = options;
    if (!(value >= 0)) refuse(`${key} must be a number of at least 0, not ${value}.`);
  }
  const { maxStride, nc, task } = model;
  const { imgsz = defaultImgsz(task), rect, imageWeights } = options;
  if (imgsz % maxStride !== 0) {
    refuse(`imgsz must be a multiple of ${maxStride}, the model's stride, not ${imgsz}.`);
  }
  if (rect && imageWeights) {
    refuse("rect keeps images in the order of their shapes, imageWeights draws them: drop one of the two.");
  }
  for (const { names } of valData === undefined ? [data] : [data, valData]) {
    if (names.length === nc) continue;
    const counts = `the data set has ${names.length} classes, the model ${nc}`;
    throw new LookonceError("DATA", `${counts}: build the model for ${names.length} classes.`);
  }
}
