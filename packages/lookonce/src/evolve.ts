import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { type EvolveArgs, makeRecipe, type Recipe } from "@lookonce/config";
import type { Dataset } from "@lookonce/data";
import { LookonceError } from "@lookonce/errors";
import type { DetectionModel } from "@lookonce/nn";
import type { Evolution, EvolvedGeneration, GenerationReport, GenerationScores } from "@lookonce/trainer";
import { buildForClasses, outlineModel } from "./build-model.ts";
import { readEvolveArgs, type SavedEvolution, writeEvolveArgs } from "./evolve-args.ts";
import { fitSide } from "./fit-side.ts";
import { type FindModelOptions, findModel, type ModelSource } from "./model-source.ts";
import type { TrainOptions } from "./options.ts";
import { Place, type PlaceOptions } from "./place.ts";
import { makeRunDirectory } from "./run-directory.ts";
import { anchorsPerLevel, openTrainingData, parsedRecipe } from "./run-training.ts";

/**
 * Options of {@link evolve}: those of `YOLO.train`, where `epochs` is 10 by default and `val` is `last`, and these. Single
 * trainings are not drawn.
 */
export interface EvolveOptions
  extends Omit<TrainOptions, "resume" | "resumeChanged" | "plots" | "tensorboard">,
    Pick<EvolveArgs, "generations" | "resume">,
    PlaceOptions,
    FindModelOptions {
  /** Weights or a model file that every generation starts from; required unless an evolution is resumed. */
  model?: string;
  /** Called with every generation. */
  onGeneration?: (generation: GenerationReport & { best: number }) => void | Promise<void>;
}

/** What {@link evolve} found. */
export interface EvolveReport extends Omit<Evolution, "generations"> {
  /** Its folder. */
  directory: string;
  /** Generations that are over. */
  generations: number;
  /** The plot of all generations. */
  plot: string;
}

/**
 * Evolves the hyper-parameters of trainings: trains with changed ones over and over, and changes those further that did well.
 *
 * The folder gets `evolve.csv`, `evolve.png`, the fittest hyper-parameters (`hyp_evolve.yaml` for YOLOv5,
 * `best_hyperparameters.yaml` for YOLOv8) and the run that was fittest (`best/`). Where the recipe leaves the choice of the
 * optimizer open, that which a training would choose is used throughout, and its rate is where the search starts.
 *
 * @throws LookonceError when model, data set or an option cannot be used. A training whose loss is no finite number counts
 *   as unfit
 */
export async function evolve(options: EvolveOptions): Promise<EvolveReport> {
  const { log = () => {}, signal, onGeneration } = options;
  const args = options.resume === undefined ? argsOf(options) : readEvolveArgs(options.resume, options.generations);
  await new Place(options, log).enter();
  const source = await findModel(args.model, options);
  const { data, valData } = await openTrainingData(source, { ...args.train, data: args.data, log });
  if (valData === undefined) {
    throw new LookonceError("ARGUMENT", `${args.data} names no val images: evolve needs them to compare trainings.`);
  }
  const outline = await outlineModel(source, { use: "evolve" });
  const train = { ...args.train, imgsz: fitSide(args.train.imgsz, outline, log) };
  const recipe = await startRecipe(outline, { train, data });
  const { resume, project = "runs", name = "evolve", existOk = false } = options;
  const directory = resume ?? (await makeRunDirectory(join(project, name), { reuse: existOk }));
  const trainer = await import("@lookonce/trainer");
  return trainer.lockRun(directory, async () => {
    writeEvolveArgs(directory, args);
    const evaluate = makeEvaluate(source, { directory, data, valData, train, options });
    const { familyOf, taskOf } = await import("@lookonce/families");
    const family = familyOf(outline.family);
    const scoreColumns = Object.keys(taskOf(outline.task).columns(undefined));
    const { Random } = await import("@lookonce/random");
    let best = 0;
    const found = await trainer.evolve({
      ...{ family, recipe, evaluate, scoreColumns, directory, generations: args.generations, log, signal },
      rng: new Random(train.seed ?? 0).fork("evolve"),
      space: searchSpace(family.evolution.space, train),
      onGeneration: async (report, all) => {
        if (report.isBest) keepRun(directory);
        await plot(directory, all);
        best = Math.max(...all.map(({ scores }) => scores.fitness));
        await onGeneration?.({ ...report, best });
      },
    });
    rmSync(join(directory, currentRun), { recursive: true, force: true });
    const { generations, ...rest } = found;
    const plotFile = await plot(directory, generations);
    return { directory, generations: generations.length, plot: plotFile, ...rest };
  });
}

/** The folders of the training under way and of the fittest one. */
const currentRun = "current";
const bestRun = "best";

/** What is kept for going on: everything that shapes what is found. */
function argsOf(options: EvolveOptions): SavedEvolution {
  const { model, data, generations = 300, resume, onGeneration, log, signal, fetch, ...rest } = options;
  const { project, name, existOk, workers, cache, device, threads, callbacks, transforms, ...train } = rest;
  if (model === undefined) throw new LookonceError("ARGUMENT", "evolve needs a model: name its file as model.");
  if (data === undefined) throw new LookonceError("ARGUMENT", "evolve needs a data set: name its file as data.");
  if (train.val === "never") throw new LookonceError("ARGUMENT", "evolve needs scores: val must be last or every.");
  const file = existsSync(model) ? resolve(model) : model;
  return { model: file, data: resolve(data), generations, train: { epochs: 10, val: "last", ...train } };
}

/** The recipe of the first generation, its optimizer chosen. */
async function startRecipe(
  model: DetectionModel,
  { train, data }: { train: SavedEvolution["train"]; data: Dataset },
): Promise<Recipe> {
  const { chooseOptimizer } = await import("@lookonce/trainer");
  const { familyOf } = await import("@lookonce/families");
  const family = familyOf(model.family);
  const recipe = makeRecipe(family, await parsedRecipe(train, family), model.task);
  const { batch = 16, epochs = 10 } = train;
  const counts = { nc: data.names.length, images: data.entries.length, batch, epochs };
  return chooseOptimizer(recipe, { ...counts, longTrainings: family.longTrainings });
}

/** Without AutoAnchor the number of anchors has no effect. */
function searchSpace<T extends object>(space: T, { autoAnchor = true }: SavedEvolution["train"]): T {
  if (autoAnchor) return space;
  return Object.fromEntries(Object.entries(space).filter(([key]) => key !== "anchors")) as T;
}

interface EvaluateContext {
  directory: string;
  data: Dataset;
  valData: Dataset;
  train: SavedEvolution["train"];
  options: EvolveOptions;
}

/** Trains once, in a folder that the next training clears away. */
function makeEvaluate(source: ModelSource, context: EvaluateContext) {
  const { data, valData, train, options } = context;
  const { workers, cache, callbacks, transforms, signal } = options;
  const { hyp, singleCls, fraction, ...settings } = train;
  return async (recipe: Recipe, generation: number): Promise<GenerationScores | undefined> => {
    const trainer = await import("@lookonce/trainer");
    const directory = join(context.directory, currentRun);
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    const anchors = anchorsPerLevel(recipe, train);
    const { model } = await buildForClasses(source, {
      ...{ names: data.names, keypoints: data.keypoints, seed: train.seed ?? 0 },
      ...anchors,
    });
    try {
      const args = { model: source.name, generation };
      const run = { ...settings, workers, cache, callbacks, transforms, signal, recipe };
      const { validation, interrupted } = await trainer.train(model, { ...run, data, valData, directory, args });
      if (interrupted || validation === undefined) return undefined;
      const { taskOf } = await import("@lookonce/families");
      return { fitness: validation.fitness, ...taskOf(validation.task).columns(validation) };
    } finally {
      model.dispose();
    }
  };
}

/** Keeps the training that is over as the fittest. */
function keepRun(directory: string): void {
  const current = join(directory, currentRun);
  const best = join(directory, bestRun);
  const before = join(directory, "before");
  if (!existsSync(current)) return;
  if (existsSync(best)) renameSync(best, before);
  renameSync(current, best);
  rmSync(before, { recursive: true, force: true });
}

async function plot(directory: string, generations: readonly EvolvedGeneration[]): Promise<string> {
  const { plotEvolution, writePlot } = await import("@lookonce/plots");
  const file = join(directory, "evolve.png");
  if (generations.length === 0) return file;
  const points = generations.map(({ scores, hyps }) => ({ fitness: scores.fitness, parameters: hyps }));
  await writePlot(file, await plotEvolution(points));
  return file;
}
