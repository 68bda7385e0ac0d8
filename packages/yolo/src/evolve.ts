import { type EvolveArgs, makeRecipe, type Recipe } from "@lookonce/config";
import type { Dataset } from "@lookonce/data";
import { LookonceError } from "@lookonce/errors";
import { existsSync, join, mkdirSync, renameSync, resolve, rmSync } from "@lookonce/files";
import type { DetectionModel } from "@lookonce/nn";
import type { Evolution, EvolvedGeneration, GenerationReport } from "@lookonce/trainer";
import { outlineModel } from "./build-model.ts";
import { readEvolveArgs, type SavedEvolution, writeEvolveArgs } from "./evolve-args.ts";
import { fitSide } from "./fit-side.ts";
import { type FindModelOptions, findModel } from "./model-source.ts";
import type { TrainOptions } from "./options.ts";
import { Place, type PlaceOptions } from "./place.ts";
import type { QueueOptions } from "./queue/queue-run.ts";
import { trialsOnQueue } from "./queue/trials-on-queue.ts";
import { makeRunDirectory } from "./run-directory.ts";
import { openTrainingData, parsedRecipe } from "./run-training.ts";
import { keepRun, type Trials, type TrialsContext, trainTrial } from "./train-trial.ts";

/**
 * Options of {@link evolve}: those of `YOLO.train`, where `epochs` is 10 by default and `val` is `last`, and these. Single
 * trainings are not drawn.
 */
export interface EvolveOptions
  extends Omit<TrainOptions, "resume" | "resumeChanged" | "plots" | "tensorboard">,
    Pick<EvolveArgs, "generations" | "offspring" | "resume">,
    Partial<QueueOptions>,
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
    const context = { source, directory, data, valData, train, options };
    const trials = options.queue === undefined ? trialsHere(context) : await trialsOnQueue(args, context);
    const { familyOf, taskOf } = await import("@lookonce/families");
    const family = familyOf(outline.family);
    const scoreColumns = Object.keys(taskOf(outline.task).columns(undefined));
    const { Random } = await import("@lookonce/random");
    let best = 0;
    const { generations: total, offspring = 1 } = args;
    const found = await trainer
      .evolve({
        ...{ family, recipe, evaluate: trials.evaluate, scoreColumns, directory, generations: total, log, signal },
        ...{ offspring, concurrent: options.queue !== undefined },
        rng: new Random(train.seed ?? 0).fork("evolve"),
        space: searchSpace(family.evolution.space, train),
        onGeneration: async (report, all) => {
          await trials.over(report);
          await plot(directory, all);
          best = Math.max(...all.map(({ scores }) => scores.fitness));
          await onGeneration?.({ ...report, best });
        },
      })
      .finally(() => trials.close());
    rmSync(join(directory, currentRun), { recursive: true, force: true });
    const { generations, ...rest } = found;
    const plotFile = await plot(directory, generations);
    return { directory, generations: generations.length, plot: plotFile, ...rest };
  });
}

/** The folder of the training under way. */
const currentRun = "current";

/** Offspring of an evolution on a queue, where the options do not say it: whatever the number of workers. */
const queuedOffspring = 8;

/** What is kept for going on: everything that shapes what is found. */
function argsOf(options: EvolveOptions): SavedEvolution {
  const { model, data, generations = 300, offspring, resume, onGeneration, log, signal, fetch, ...rest } = options;
  const { queue, storage, endpoint, priority, ...given } = rest;
  const { project, name, existOk, workers, cache, device, threads, callbacks, transforms, ...train } = given;
  if (model === undefined) throw new LookonceError("ARGUMENT", "evolve needs a model: name its file as model.");
  if (data === undefined) throw new LookonceError("ARGUMENT", "evolve needs a data set: name its file as data.");
  if (train.val === "never") throw new LookonceError("ARGUMENT", "evolve needs scores: val must be last or every.");
  const file = existsSync(model) ? resolve(model) : model;
  const siblings = offspring === undefined && queue !== undefined ? queuedOffspring : offspring;
  return {
    ...{ model: file, data: resolve(data), generations, ...(siblings === undefined ? {} : { offspring: siblings }) },
    train: { epochs: 10, val: "last", ...train },
  };
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

/** Trains in this process, in a folder that the next training clears away. */
function trialsHere({ source, directory, data, valData, train, options }: TrialsContext): Trials {
  const { workers, cache, callbacks, transforms, signal } = options;
  const current = join(directory, currentRun);
  return {
    async evaluate(recipe, generation) {
      rmSync(current, { recursive: true, force: true });
      mkdirSync(current, { recursive: true });
      const settings = { ...train, workers, cache, callbacks, transforms, signal };
      return trainTrial(source, { recipe, generation, train: settings, data, valData, directory: current });
    },
    async over({ isBest }) {
      if (isBest && existsSync(current)) keepRun(directory, (best) => renameSync(current, best));
    },
    close: async () => {},
  };
}

async function plot(directory: string, generations: readonly EvolvedGeneration[]): Promise<string> {
  const { plotEvolution, writePlot } = await import("@lookonce/plots");
  const file = join(directory, "evolve.png");
  if (generations.length === 0) return file;
  const points = generations.map(({ scores, hyps }) => ({ fitness: scores.fitness, parameters: hyps }));
  await writePlot(file, await plotEvolution(points));
  return file;
}
