import type { Option, OptionTable } from "./option.ts";
import { recipeOptions } from "./recipe-options.ts";
import { data, device, imgsz, outputDirectory, singleCls } from "./shared-options.ts";

/** What starts a training or an evolution; not needed to resume one. */
function start(modelHelp: string, resume: Pick<Option, "help" | "expects" | "setBy">): OptionTable {
  return {
    model: { type: "text", expects: "file", help: `${modelHelp} (required, unless resume)`, setBy: ["cli"] },
    data: { ...data.data, type: "text", required: false, help: "data set file (required, unless resume)" },
    resume: { type: "text", ...resume },
  };
}

/** Settings of every training, alone or in an evolution. */
const trainingRun: OptionTable = {
  epochs: { type: "integer", label: "Epochs", help: "epochs to train", default: 100, min: 1 },
  ...imgsz,
  batch: {
    type: "integer",
    label: "Batch",
    help: "images per batch; -1 finds the largest that fits into memory",
    default: 16,
    min: -1,
  },
  amp: { type: "boolean", help: "train in mixed precision", defaultText: "on GPUs that are faster so" },
  val: {
    type: "choice",
    choices: ["every", "last", "never"],
    aliases: { true: "every", false: "never" },
    help: "validate after every epoch, only the last, or never",
    default: "every",
  },
  patience: {
    type: "integer",
    label: "Patience",
    help: "epochs without improvement after which training stops; 0 never stops",
    default: 100,
    min: 0,
  },
  time: { type: "number", help: "hours after which training stops", defaultText: "no limit", min: 0 },
  save_period: {
    type: "integer",
    help: "save a checkpoint every n epochs; 0 saves none but the last and the best",
    default: 0,
    min: 0,
  },
  freeze: { type: "integers", label: "Freeze layers", help: "layers to freeze: 10 is the first ten, 0,1,2 are these" },
  rect: {
    type: "boolean",
    help: "batches of images of similar shape, without shuffling, mosaic, MixUp and CutMix",
    default: false,
  },
  multi_scale: { type: "boolean", help: "vary the image size from batch to batch, ±50 %", default: false },
  image_weights: {
    type: "boolean",
    help: "sample images with classes of low mAP more often",
    default: false,
  },
  ...singleCls,
  fraction: {
    type: "number",
    label: "Share of data",
    help: "share of the training images to use",
    default: 1,
    min: 0,
    max: 1,
  },
  seed: {
    type: "integer",
    label: "Seed",
    help: "seed of the order of images, augmentation and random weights",
    default: 0,
    min: 0,
  },
  workers: {
    type: "integer",
    label: "Reading threads",
    help: "threads that decode and augment",
    defaultText: "one fewer than cores",
    min: 0,
  },
  cache: {
    type: "choice",
    choices: ["auto", "ram", "disk", "none"],
    aliases: { true: "ram", false: "none" },
    help: "where decoded images are cached",
    default: "auto",
  },
  auto_anchor: {
    type: "boolean",
    help: "fit YOLOv5's anchors to the data set where they do not fit (AutoAnchor)",
    default: true,
  },
  hyp: {
    type: "text",
    expects: "preset|file.yaml",
    help: "hyper-parameters to start from: a preset such as v5-scratch-high, or a YAML file",
    setBy: ["cli", "library"],
  },
};

/** Options of `train`. */
export const trainOptions: OptionTable = {
  ...start(".pt or .safetensors weights, or a model file such as yolov8n.yaml", {
    help: "resume a stopped training: its weights/last.safetensors, or true for the newest one",
    expects: "file",
    setBy: ["cli"],
  }),
  evolve: {
    type: "integer",
    help: "number of trainings of a search for hyper-parameters, as lookonce evolve",
    min: 1,
    setBy: ["cli"],
  },
  ...trainingRun,
  plots: {
    type: "boolean",
    help: "plot labels, batches, results and the validation of the best weights",
    default: true,
  },
  tensorboard: { type: "boolean", help: "write an event file for TensorBoard", default: true },
  ...recipeOptions,
  ...outputDirectory("train"),
  ...device,
};

/** Options of `evolve`. */
export const evolveOptions: OptionTable = {
  ...start("weights or a model file that every training starts from", {
    help: "resume a stopped evolution: its folder",
    expects: "folder",
    setBy: ["cli", "library"],
  }),
  // No fixed default: a resumed evolution keeps its own number
  generations: { type: "integer", help: "number of trainings", defaultText: "300", min: 1 },
  ...trainingRun,
  epochs: { type: "integer", help: "epochs of each training", default: 10, min: 1 },
  val: { type: "choice", choices: ["last", "every"], help: "epochs to validate after", default: "last" },
  ...recipeOptions,
  ...outputDirectory("evolve"),
  ...device,
};
