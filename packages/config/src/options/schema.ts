import type { CommandArgs, CommandValues } from "../generated/option-types.ts";
import {
  dataCheckOptions,
  dataConvertOptions,
  dataSampleOptions,
  dataShapesOptions,
  dataSplitOptions,
  dataStatsOptions,
} from "./data-options.ts";
import { fixedDefaults } from "./describe.ts";
import { exportOptions } from "./export-options.ts";
import { type CommandSchema, libraryValues, optionsFor } from "./option.ts";
import {
  anchorsOptions,
  benchmarkOptions,
  benchmarkSppfOptions,
  cfgOptions,
  completionOptions,
  infoOptions,
  quickstartOptions,
  schemaOptions,
  serveOptions,
} from "./other-options.ts";
import { predictOptions } from "./predict-options.ts";
import { evolveOptions, trainOptions } from "./train-options.ts";
import { valOptions } from "./val-options.ts";

/** A command of `lookonce`. */
export type CommandName = keyof CommandValues;

/**
 * Every option of every command, in the order of help. Command line, settings files, help,
 * completion, the library's types, the service's validation and OpenAPI document, the web form, JSON Schemas and the tables
 * in docs/ are derived from it.
 */
export const optionSchema: Readonly<Record<CommandName, CommandSchema>> = {
  predict: { summary: "Detects objects in images and videos and draws them into copies.", options: predictOptions },
  train: { summary: "Trains a model on a data set.", options: trainOptions },
  val: { summary: "Measures precision, recall and average precision on a data set.", options: valOptions },
  evolve: {
    summary: "Searches for hyper-parameters: trains again and again and mutates the best ones.",
    options: evolveOptions,
  },
  anchors: { summary: "Fits YOLOv5's anchors to the boxes of a data set.", options: anchorsOptions },
  info: { summary: "Lists a model's layers, parameters and operations, and explains its head.", options: infoOptions },
  export: {
    summary: "Exports a model to other formats and checks that the numbers agree.",
    options: exportOptions,
  },
  "data check": {
    summary: "Checks every image and label of a data set, and counts and lists what is wrong.",
    options: dataCheckOptions,
  },
  "data stats": {
    summary: "Counts classes, boxes and image sizes of a data set, and plots them as labels.png.",
    options: dataStatsOptions,
  },
  "data sample": {
    summary: "Draws some images with their labels side by side, plain and augmented.",
    options: dataSampleOptions,
  },
  "data convert": {
    summary: "Converts annotations of COCO (JSON) or Pascal VOC (XML) to a YOLO data set.",
    options: dataConvertOptions,
  },
  "data split": {
    summary: "Splits a folder's images into autosplit_train.txt, autosplit_val.txt and autosplit_test.txt.",
    options: dataSplitOptions,
  },
  "data shapes": {
    summary: "Draws a data set of colored shapes, to try things without a download.",
    options: dataShapesOptions,
  },
  benchmark: {
    summary: "Compares a model's formats and devices: size, mAP on a data set, speed.",
    options: benchmarkOptions,
  },
  "benchmark sppf": {
    summary: "Shows that SPPF equals SPP, bit for bit, and how much faster it is here.",
    options: benchmarkSppfOptions,
  },
  quickstart: {
    summary: "Draws shapes, trains a small detector on them, runs and exports it: a few minutes.",
    options: quickstartOptions,
  },
  serve: {
    summary: "Serves predictions over HTTP, with a web page; trains and validates on request.",
    options: serveOptions,
  },
  checks: {
    summary: "Reports versions, threads and memory, and which devices work here or what they lack.",
    options: {},
    isTool: true,
  },
  cfg: {
    summary: "Shows every option with its default, or writes a settings file for cfg=.",
    options: cfgOptions,
    isTool: true,
  },
  schema: {
    summary: "Prints JSON Schemas of settings, recipe, data set and model files, for editors.",
    options: schemaOptions,
    isTool: true,
  },
  completion: {
    summary: "Prints a script that lets bash, zsh or fish complete commands, keys, values and files.",
    options: completionOptions,
    isTool: true,
  },
};

/** A command's options in the library with those that have a fixed default. */
export type ResolvedArgs<N extends CommandName> = CommandArgs[N] &
  Pick<CommandValues[N], keyof CommandArgs[N] & keyof CommandValues[N]>;

/** Fills in the library's fixed defaults of a command's options; `undefined` counts as not set. */
export function withDefaults<N extends CommandName, A extends CommandArgs[N]>(name: N, args: A): A & ResolvedArgs<N> {
  const table = optionsFor(optionSchema[name].options, "library");
  const defaults = libraryValues(table, fixedDefaults(table, "library"));
  const set = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
  return { ...defaults, ...set } as A & ResolvedArgs<N>;
}
