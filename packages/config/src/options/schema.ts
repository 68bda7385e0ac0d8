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
import { launchOptions } from "./launch-options.ts";
import { type CommandSchema, libraryValues, type OptionTable, optionsFor } from "./option.ts";
import {
  anchorsOptions,
  benchmarkOptions,
  benchmarkSppfOptions,
  cfgOptions,
  completionOptions,
  infoOptions,
  initOptions,
  jobsOptions,
  quickstartOptions,
  schemaOptions,
  serveOptions,
  workerOptions,
} from "./other-options.ts";
import { predictOptions } from "./predict-options.ts";
import { trackOptions, valTrackOptions } from "./track-options.ts";
import { evolveOptions, trainOptions } from "./train-options.ts";
import { valOptions } from "./val-options.ts";

/** A command of `lookonce`. */
export type CommandName = keyof CommandValues;

/**
 * Every option of every command, in the order of help. Command line, settings files, help, completion, the library's types,
 * the service's validation and OpenAPI document, the web form, JSON Schemas and the tables in docs/ are derived from it.
 */
export const optionSchema: Readonly<Record<CommandName, CommandSchema>> = {
  predict: command("Detects objects in images and videos and draws them into copies.", predictOptions),
  track: command("Follows objects from frame to frame in videos, cameras and folders of frames.", trackOptions),
  train: command("Trains a model on a data set.", trainOptions),
  val: command("Measures precision, recall and average precision on a data set.", valOptions),
  "val track": command("Scores tracks of sequences in MOTChallenge's form: MOTA, IDF1, HOTA.", valTrackOptions),
  evolve: command("Searches for hyper-parameters: trains again and again and mutates the best ones.", evolveOptions),
  launch: command("Starts a training on several processes or machines, again when some were lost.", launchOptions),
  anchors: command("Fits YOLOv5's anchors to the boxes of a data set.", anchorsOptions),
  info: command("Lists a model's layers, parameters and operations, and explains its head.", infoOptions),
  export: command("Exports a model to other formats and checks that the numbers agree.", exportOptions),
  "data check": command(
    "Checks every image and label of a data set, and counts and lists what is wrong.",
    dataCheckOptions,
  ),
  "data stats": command(
    "Counts classes, boxes and image sizes of a data set, and plots them as labels.png.",
    dataStatsOptions,
  ),
  "data sample": command("Draws some images with their labels side by side, plain and augmented.", dataSampleOptions),
  "data convert": command(
    "Converts annotations of COCO, Pascal VOC, DOTA or masks to a YOLO data set, or its labels to COCO or DOTA.",
    dataConvertOptions,
  ),
  "data split": command(
    "Splits a folder's images into autosplit_train.txt, autosplit_val.txt and autosplit_test.txt.",
    dataSplitOptions,
  ),
  "data shapes": command("Draws a data set of colored shapes, to try things without a download.", dataShapesOptions),
  benchmark: command("Compares a model's formats and devices: size, scores on a data set, speed.", benchmarkOptions),
  "benchmark sppf": command(
    "Shows that SPPF equals SPP, bit for bit, and how much faster it is here.",
    benchmarkSppfOptions,
  ),
  quickstart: command(
    "Draws shapes, trains a small model of a task on them, runs and exports it: a few minutes.",
    quickstartOptions,
  ),
  init: tool("Lays out a project: data set, data.yaml, a program in TypeScript that trains and detects.", initOptions),
  serve: command("Serves predictions over HTTP, with a web page; trains and validates on request.", serveOptions),
  worker: command("Computes jobs of a queue: shards of predictions and validations, trainings.", workerOptions),
  jobs: command("Lists the jobs and workers of a queue, cancels runs, tries failed ones again.", jobsOptions),
  checks: tool("Reports versions, threads and memory, and which devices work here or what they lack.", {}),
  cfg: tool("Shows every option with its default, or writes a settings file for cfg=.", cfgOptions),
  schema: tool("Prints JSON Schemas of settings, recipe, data set and model files, for editors.", schemaOptions),
  completion: tool(
    "Prints a script that lets bash, zsh or fish complete commands, keys, values and files.",
    completionOptions,
  ),
};

function command(summary: string, options: OptionTable): CommandSchema {
  return { summary, options };
}

/** A command about lookonce itself. */
function tool(summary: string, options: OptionTable): CommandSchema {
  return { summary, options, isTool: true };
}

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
