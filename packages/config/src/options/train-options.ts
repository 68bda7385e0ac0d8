import { choice, flag, integer, integers, number, setBy, text } from "./define.ts";
import type { OptionTable } from "./option.ts";
import { recipeOptions } from "./recipe-options.ts";
import {
  device,
  modelHelp,
  modelImgsz,
  notServer,
  onQueue,
  outputDirectory,
  seed,
  singleCls,
  task,
} from "./shared-options.ts";

/** What a training or an evolution starts with; a resumed one has its own. */
function start(help: string): OptionTable {
  return {
    ...setBy(["cli"], { model: text("file", `${help} (required, unless resume)`) }),
    ...task,
    ...setBy(notServer, { data: text("file.yaml", "data set file (required, unless resume)") }),
  };
}

/** Settings of every training, alone or in an evolution. */
const trainingRun: OptionTable = {
  epochs: integer("epochs to train", 100, { label: "Epochs", min: 1 }),
  ...modelImgsz(),
  batch: integer("images per batch; -1 finds the largest that fits into memory", 16, { label: "Batch", min: -1 }),
  amp: flag("train in mixed precision", undefined, { defaultText: "on GPUs that are faster so" }),
  val: choice(["every", "last", "never"], "validate after every epoch, only the last, or never", "every", {
    aliases: { true: "every", false: "never" },
  }),
  patience: integer("epochs without improvement after which training stops; 0 never stops", 100, {
    label: "Patience",
    min: 0,
  }),
  time: number("hours after which training stops", undefined, { defaultText: "no limit", min: 0 }),
  save_period: integer("save a checkpoint every n epochs; 0 saves none but the last and the best", 0, { min: 0 }),
  freeze: integers("layers to freeze: 10 is the first ten, 0,1,2 are these", undefined, { label: "Freeze layers" }),
  rect: flag("batches of images of similar shape, without shuffling, mosaic, MixUp and CutMix", false),
  multi_scale: flag("vary the image size from batch to batch, ±50 %", false),
  image_weights: flag("sample images with classes of low mAP more often", false),
  ...singleCls,
  fraction: number("share of the training images to use", 1, { label: "Share of data", min: 0, max: 1 }),
  ...seed("seed of the order of images, augmentation and random weights", { label: "Seed" }),
  workers: integer("threads that decode and augment", undefined, {
    label: "Reading threads",
    defaultText: "one fewer than cores",
    min: 0,
  }),
  cache: choice(["auto", "ram", "disk", "none"], "where decoded images are cached", "auto", {
    aliases: { true: "ram", false: "none" },
  }),
  auto_anchor: flag("fit YOLOv5's anchors to the data set where they do not fit (AutoAnchor)", true),
  ...setBy(notServer, {
    hyp: text("preset|file.yaml", "hyper-parameters to start from: a preset such as v5-scratch-high, or a YAML file"),
  }),
};

/** How several processes share a training; of a service, the operator decides that. */
const distribution: OptionTable = setBy(notServer, {
  ranks: integer(
    "processes that share every batch, started on this machine by MPI; mpirun and srun set it themselves",
    1,
    {
      min: 1,
    },
  ),
  sync_bn: flag("of several ranks: BatchNorm and losses normalize by the whole batch, as one rank would", false),
  rank_timeout: number("seconds after which ranks that do not answer end the training", 600, { min: 1 }),
  half_gradients: flag("of several ranks: send gradients in half precision", false),
});

/** Options of `train`. */
export const trainOptions: OptionTable = {
  ...start(modelHelp),
  ...setBy(["cli"], {
    resume: text("file", "resume a stopped training: its weights/last.safetensors, or true for the newest one"),
    metrics: text(
      "port",
      "port, or address:port, of health and measurements for Prometheus; ranks use the ports after it",
    ),
    mlflow: text(
      "url",
      "log to this tracking server of MLflow, or, with true, to MLFLOW_TRACKING_URI; see docs/training.md",
      undefined,
      { defaultText: "off" },
    ),
    evolve: integer("number of trainings of a search for hyper-parameters, as lookonce evolve", undefined, { min: 1 }),
  }),
  ...setBy(notServer, {
    resume_changed: flag("resume although images or classes of the data set have changed since", false),
  }),
  ...trainingRun,
  plots: flag("plot labels, batches, results and the validation of the best weights", true),
  tensorboard: flag("write an event file for TensorBoard", true),
  ...distribution,
  ...recipeOptions,
  ...outputDirectory("train"),
  ...device,
};

/** Options of `evolve`. */
export const evolveOptions: OptionTable = {
  ...start("weights or a model file that every training starts from"),
  ...setBy(notServer, { resume: text("folder", "resume a stopped evolution: its folder") }),
  // No fixed default: a resumed evolution keeps its own number
  generations: integer("number of trainings", undefined, { defaultText: "300", min: 1 }),
  offspring: integer("trainings with the same parents, which can run at the same time", undefined, {
    defaultText: "1, with queue 8",
    min: 1,
  }),
  ...trainingRun,
  epochs: integer("epochs of each training", 10, { min: 1 }),
  val: choice(["last", "every"], "epochs to validate after", "last"),
  ...recipeOptions,
  ...outputDirectory("evolve"),
  ...device,
  ...onQueue("train"),
};
