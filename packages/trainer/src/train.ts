import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { BatchLoader, type Dataset } from "@lookonce/data";
import { LookonceError } from "@lookonce/errors";
import type { DetectionModel } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { Ema } from "./ema.ts";
import { AdamW } from "./optimizer/adamw.ts";
import type { Optimizer } from "./optimizer/optimizer.ts";
import { groupParameters } from "./optimizer/parameter-groups.ts";
import { Sgd } from "./optimizer/sgd.ts";
import { makeRecipe, type Recipe } from "./recipes/recipe.ts";
import { allCallbacks, type Losses, type TrainCallbacks } from "./report/callbacks.ts";
import { resultsCsv } from "./report/results-csv.ts";
import { makeRunDirectory } from "./run-directory.ts";
import { saveModel } from "./save-model.ts";
import type { ScheduleSettings } from "./schedule.ts";
import { runEpoch } from "./train-epoch.ts";
import { TrainStep } from "./train-step.ts";
import { type ValidationResult, validate } from "./validation/validate.ts";

/** Options of {@link train}. */
export interface TrainOptions {
  /** Pictures to learn from. */
  data: Dataset;
  /** Pictures to validate with; without them the last epoch counts as the best. */
  valData?: Dataset;
  /** Default 100. */
  epochs?: number;
  /** Side of the pictures, in pixels; a multiple of the model's largest stride. Default 640. */
  imgsz?: number;
  /** Pictures in a batch. Default 16. */
  batch?: number;
  /** What differs from {@link defaultRecipe}. */
  recipe?: Partial<Recipe>;
  /** Validate every epoch, only after the last one, or never. Default `"every"`. */
  val?: "every" | "last" | "never";
  /** Seed of the order of pictures. Default 0. */
  seed?: number;
  /** An existing folder to write to. Default: a new one, `runs/train/exp`, `exp2`, … */
  directory?: string;
  /** Told how it goes, in order; `progress(process.stderr)` shows it. */
  callbacks?: readonly TrainCallbacks[];
  /** Stops after the step under way, with the weights saved. */
  signal?: AbortSignal;
}

/** What {@link train} did. */
export interface TrainResult {
  /** The run's folder. */
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

/**
 * Trains a YOLOv8 model and saves it: `weights/last.safetensors` after every epoch, `weights/best.safetensors` after the
 * fittest, `results.csv`. Saved and validated is the average of the weights, where the recipe keeps one; `model` holds
 * the weights of the last step.
 *
 * @throws LookonceError `ARGUMENT` for bad options, `DATA` when model and data set have different numbers of classes,
 *   `NUMERIC` when the loss is no finite number any more; what was saved before stays
 */
export async function train(model: DetectionModel, options: TrainOptions): Promise<TrainResult> {
  checkOptions(model, options);
  const run = await Run.start(model, options);
  try {
    return await run.train();
  } finally {
    run.dispose();
  }
}

interface RunParts {
  optimizer: Optimizer;
  ema?: Ema;
  step: TrainStep;
}

class Run {
  readonly #options: TrainOptions;
  readonly #settings: { epochs: number; imgsz: number; batch: number; recipe: Recipe };
  readonly #parts: RunParts;
  readonly #loader: BatchLoader;
  readonly #callbacks: Required<TrainCallbacks>;
  readonly #directory: string;
  /** What is saved and validated. */
  readonly #shown: DetectionModel;
  readonly #losses: Losses[] = [];
  readonly #started: number = performance.now();
  #best: ValidationResult | undefined;

  private constructor(model: DetectionModel, options: TrainOptions, parts: RunParts) {
    const { data, epochs = 100, imgsz = 640, batch = 16, seed = 0, callbacks = [] } = options;
    this.#options = options;
    this.#parts = parts;
    this.#settings = { epochs, imgsz, batch, recipe: makeRecipe(options.recipe) };
    this.#loader = new BatchLoader(data, { batch, imgsz, shuffle: new Random(seed).fork("order") });
    this.#callbacks = allCallbacks([resultsCsv(), ...callbacks]);
    this.#directory = options.directory ?? makeRunDirectory();
    this.#shown = parts.ema?.model ?? model;
  }

  static async start(model: DetectionModel, options: TrainOptions): Promise<Run> {
    const { optimizer: kind, weight_decay, momentum: _, ...recipe } = makeRecipe(options.recipe);
    const parameters = groupParameters(model);
    const decay = { weightDecay: weight_decay };
    const optimizer = kind === "SGD" ? new Sgd(parameters, decay) : new AdamW(parameters, decay);
    const averages = recipe.ema_decay > 0;
    const ema = averages ? await Ema.of(model, { decay: recipe.ema_decay, tau: recipe.ema_tau }) : undefined;
    const step = await TrainStep.create(model, {
      optimizer,
      gains: { box: recipe.box, cls: recipe.cls, dfl: recipe.dfl },
      ...(ema === undefined ? {} : { ema }),
      ...(recipe.clip > 0 ? { clip: recipe.clip } : {}),
    });
    return new Run(model, options, { optimizer, step, ...(ema === undefined ? {} : { ema }) });
  }

  async train(): Promise<TrainResult> {
    const { epochs, ...settings } = this.#settings;
    const directory = this.#directory;
    makeWeightsDirectory(directory);
    await this.#callbacks.onTrainStart({ directory, epochs, iterations: this.#loader.length, ...settings });
    let interrupted = false;
    for (let epoch = 0; epoch < epochs && !interrupted; epoch++) interrupted = !(await this.#epoch(epoch));
    const seconds = this.#seconds();
    await this.#callbacks.onTrainEnd({ directory, seconds, interrupted });
    return {
      ...{ directory, seconds, interrupted, losses: this.#losses, epochs: this.#losses.length },
      last: this.#file("last"),
      best: this.#file(this.#best === undefined ? "last" : "best"),
      ...(this.#best === undefined ? {} : { validation: this.#best }),
    };
  }

  /** Trains, validates and saves. @returns whether the epoch was finished */
  async #epoch(epoch: number): Promise<boolean> {
    const { signal } = this.#options;
    const { imgsz } = this.#settings;
    const { losses, rate, finished } = await runEpoch({
      epoch,
      loader: this.#loader,
      step: this.#parts.step,
      schedule: this.#schedule(),
      onBatchEnd: this.#callbacks.onBatchEnd,
      ...(signal === undefined ? {} : { signal }),
    });
    if (!finished) {
      await saveModel(this.#file("last"), this.#shown, { epoch: epoch - 1, imgsz });
      return false;
    }
    this.#losses.push(losses);
    const validation = await this.#validate(epoch);
    const isBest = validation !== undefined && !((this.#best?.fitness ?? -1) >= validation.fitness);
    const notes = { epoch, imgsz, ...(validation === undefined ? {} : { fitness: validation.fitness }) };
    await saveModel(this.#file("last"), this.#shown, notes);
    if (isBest) {
      this.#best = validation;
      await saveModel(this.#file("best"), this.#shown, notes);
    }
    const seconds = this.#seconds();
    await this.#callbacks.onEpochEnd({
      ...{ epoch, seconds, losses, rate, isBest },
      ...(validation === undefined ? {} : { validation }),
    });
    return true;
  }

  async #validate(epoch: number): Promise<ValidationResult | undefined> {
    const { valData, val = "every" } = this.#options;
    const { epochs, imgsz, batch } = this.#settings;
    const isDue = val === "every" || (val === "last" && epoch === epochs - 1);
    if (valData === undefined || !isDue) return undefined;
    return validate(this.#shown, valData, { imgsz, batch, onProgress: this.#callbacks.onValidationProgress });
  }

  #schedule(): ScheduleSettings {
    const { epochs, recipe } = this.#settings;
    return { ...recipe, epochs, iterations: this.#loader.length };
  }

  #seconds(): number {
    return (performance.now() - this.#started) / 1000;
  }

  #file(name: "last" | "best"): string {
    return join(this.#directory, "weights", `${name}.safetensors`);
  }

  dispose(): void {
    this.#parts.optimizer.dispose();
    this.#parts.ema?.dispose();
  }
}

function makeWeightsDirectory(directory: string): void {
  try {
    mkdirSync(join(directory, "weights"), { recursive: true });
  } catch (cause) {
    throw new LookonceError("IO", `cannot write to ${directory}: ${(cause as Error).message}`, { cause });
  }
}

function checkOptions(model: DetectionModel, { data, valData, ...options }: TrainOptions): void {
  for (const key of ["epochs", "imgsz", "batch"] as const) {
    const value = options[key];
    if (value === undefined || (Number.isInteger(value) && value > 0)) continue;
    throw new LookonceError("ARGUMENT", `${key} must be a whole number of at least 1, not ${value}.`);
  }
  const { imgsz = 640 } = options;
  if (imgsz % model.step !== 0) {
    throw new LookonceError("ARGUMENT", `imgsz must be a multiple of ${model.step}, the model's stride, not ${imgsz}.`);
  }
  for (const dataset of [data, valData]) {
    if (dataset === undefined || dataset.names.length === model.nc) continue;
    throw new LookonceError(
      "DATA",
      `the data set has ${dataset.names.length} classes, the model ${model.nc}: build the model for ${dataset.names.length} classes.`,
    );
  }
}
