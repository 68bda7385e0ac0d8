import { didYouMean, LookonceError } from "@lookonce/errors";
import type { JobKind, JobOptions } from "../job.ts";
import { checkOption, type Option, type OptionTable, schemaOf } from "./option.ts";
import { recipeOptions } from "./recipe-options.ts";

/** Formats that models are exported in. */
const exportFormats = ["onnx", "tfjs", "saved_model", "safetensors", "torch"];

const imgsz: Option = {
  is: "integer",
  ...{ min: 32, max: 4096 },
  help: "side of the images for the model; rounded up to its stride (640)",
};
const workers: Option = {
  is: "integer",
  ...{ min: 0, max: 64 },
  help: "threads that read images (one less than there are cores)",
};
const singleCls: Option = { is: "flag", help: "take all objects as one class (false)", as: "singleCls" };

const train: OptionTable = {
  epochs: { is: "integer", min: 1, max: 100_000, help: "times to go through the data set (100)" },
  imgsz,
  batch: {
    is: "integer",
    ...{ min: -1, max: 4096 },
    help: "images in a batch; -1 is the largest that fits into memory (16)",
  },
  amp: { is: "flag", help: "train in mixed precision (on GPUs that gain by it)" },
  val: { is: "choice", of: ["every", "last", "never"], help: "epochs to validate after (every)" },
  patience: { is: "integer", min: 0, help: "epochs without a fitter one after which to stop; 0 never does (100)" },
  time: { is: "number", min: 0, help: "hours after which to stop (no limit)" },
  save_period: {
    is: "integer",
    min: 0,
    help: "keep the weights of every so many epochs; 0 keeps none (0)",
    as: "savePeriod",
  },
  freeze: { is: "integers", help: "rows whose weights stay as they are: the first so many, or a list of them" },
  rect: { is: "flag", help: "group images of like shape, unshuffled and not augmented (false)" },
  multi_scale: { is: "flag", help: "give every batch another size, ±50 % (false)", as: "multiScale" },
  image_weights: {
    is: "flag",
    help: "show images of badly found classes more often (false)",
    as: "imageWeights",
  },
  single_cls: singleCls,
  fraction: { is: "number", min: 0, max: 1, help: "share of the training images to use (1)" },
  seed: { is: "integer", min: 0, help: "seed of the images' order, of augmentation and of new weights (0)" },
  workers,
  cache: { is: "choice", of: ["auto", "ram", "disk", "none"], help: "where decoded images are kept (auto)" },
  autoanchor: {
    is: "flag",
    help: "fit YOLOv5's anchors to the data set where they do not fit (true)",
    as: "autoAnchor",
  },
  plots: { is: "flag", help: "draw labels, batches, results and the validation of the best weights (true)" },
  tensorboard: { is: "flag", help: "write an event file for TensorBoard (true)" },
};

const val: OptionTable = {
  split: { is: "choice", of: ["val", "test", "train"], help: "part of the data set (val)" },
  imgsz,
  batch: { is: "integer", min: 1, max: 4096, help: "images in a batch (16)" },
  conf: { is: "number", min: 0, max: 1, help: "confidence that a detection must exceed (0.001)" },
  iou: { is: "number", min: 0, max: 1, help: "overlap above which the weaker of two boxes goes (0.7, YOLOv5 0.6)" },
  max_det: { is: "integer", min: 1, max: 30_000, help: "most detections in an image (300)", as: "maxDet" },
  rect: { is: "flag", help: "batches of images of like shape, with little border (true)" },
  single_cls: singleCls,
  workers,
  plots: { is: "flag", help: "draw confusion matrix, curves, and labels and detections of images (true)" },
  save_json: { is: "flag", help: "write predictions.json, as COCO's evaluation reads it (false)", as: "saveJson" },
  coco_ids: { is: "flag", help: "number its categories as COCO's annotations, 1 to 90 (false)", as: "cocoIds" },
  save_txt: { is: "flag", help: "write labels/, detections as label files (false)", as: "saveTxt" },
  save_conf: { is: "flag", help: "with confidences (false)", as: "saveConf" },
};

const exporting: OptionTable = {
  format: { is: "choice", of: exportFormats, help: "format of the file or folder (onnx)" },
  imgsz: {
    is: "sides",
    ...{ min: 32, max: 4096 },
    help: "side of the images, or [height, width]; rounded up to the model's stride (640)",
  },
  batch: { is: "integer", min: 1, max: 4096, help: "images in a batch (1)" },
  dynamic: { is: "flag", help: "any number of images, with onnx of any size; onnx, tfjs, saved_model (false)" },
  half: { is: "flag", help: "half precision: files of half the size (false)" },
  int8: { is: "flag", help: "8 bits: files of a quarter of the size; onnx, with data, and tfjs (false)" },
  fraction: { is: "number", min: 0, max: 1, help: "with int8: share of data's images (at most 300 of all)" },
  nms: { is: "flag", help: "suppression inside the graph, which then gives boxes; onnx (false)" },
  conf: { is: "number", min: 0, max: 1, help: "with nms: confidence that a box must exceed (0.25)" },
  iou: { is: "number", min: 0, max: 1, help: "with nms: overlap above which the weaker box goes (0.7, YOLOv5 0.45)" },
  max_det: { is: "integer", min: 1, max: 30_000, help: "with nms: most boxes an image (300)", as: "maxDet" },
  agnostic_nms: { is: "flag", help: "with nms: boxes of different classes suppress each other", as: "agnosticNms" },
  opset: { is: "integer", min: 13, max: 22, help: "version of ONNX's operators; onnx (17)" },
};

/** Options of every kind of job besides the recipe's. */
const tables: Readonly<Record<JobKind, OptionTable>> = { train, val, export: exporting };

/** All options of a kind of job; no others are taken. */
export function optionsOf(kind: JobKind): OptionTable {
  return kind === "train" ? { ...tables.train, ...recipeOptions } : tables[kind];
}

/**
 * Checks what a job is asked for.
 *
 * @throws LookonceError `ARGUMENT` for an option that this kind of job does not have, naming the nearest one, or a value
 *   that it does not take
 */
export function checkOptions(kind: JobKind, options: JobOptions): void {
  const table = optionsOf(kind);
  for (const [name, value] of Object.entries(options)) {
    const option = Object.hasOwn(table, name) ? table[name] : undefined;
    if (option === undefined) {
      const hint = didYouMean(name, Object.keys(table)) || ` There are ${Object.keys(table).join(", ")}.`;
      throw new LookonceError("ARGUMENT", `a job that is to ${verbs[kind]} has no option "${name}".${hint}`);
    }
    checkOption(name, option, value);
  }
}

/** Checked options as the library takes them: under its names, and a training's recipe apart. */
export function librarySettings(kind: JobKind, options: JobOptions): Record<string, unknown> {
  const table = tables[kind];
  const settings: Record<string, unknown> = {};
  const recipe: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) {
    if (name in table) settings[table[name]?.as ?? name] = value;
    else recipe[name] = value;
  }
  return kind === "train" ? { ...settings, recipe } : settings;
}

/** The options of a kind of job as JSON schema, for the service's document. */
export function optionsSchema(kind: JobKind): object {
  const properties = Object.entries(optionsOf(kind)).map(([name, option]) => [name, schemaOf(option)]);
  return { type: "object", additionalProperties: false, properties: Object.fromEntries(properties) };
}

const verbs: Readonly<Record<JobKind, string>> = { train: "train", val: "validate", export: "export" };
