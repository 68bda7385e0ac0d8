import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Checkpoint, readCheckpoint } from "@lookonce/checkpoint";
import type { Batch, BatchLoader } from "@lookonce/data";
import { LookonceError } from "@lookonce/errors";
import type { DetectionModel } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { drawScale, rescaleBatch } from "./multi-scale.ts";
import { type Found, prepareRun } from "./prepare-run.ts";
import { argsYaml } from "./report/args-yaml.ts";
import { allCallbacks, type TrainCallbacks } from "./report/callbacks.ts";
import { jsonLog } from "./report/json-log.ts";
import { plotLogger } from "./report/plot-logger.ts";
import { resultsCsv } from "./report/results-csv.ts";
import { makeRunDirectory } from "./run-directory.ts";
import { makeParts, type SettledSettings } from "./run-parts.ts";
import {
  captureState,
  lossContents,
  type RunParts,
  type RunPosition,
  restoreState,
  startPosition,
} from "./run-state.ts";
import { saveModel } from "./save-model.ts";
import type { ScheduleSettings } from "./schedule.ts";
import { type EpochResult, runEpoch } from "./train-epoch.ts";
import { trainLoader } from "./train-loader.ts";
import { checkTrainOptions, type TrainOptions, type TrainResult } from "./train-options.ts";
import { RunValidation } from "./validation/run-validation.ts";
import { validationPlots } from "./validation/validation-plots.ts";
import type { ValidationResult } from "./validation/validation-result.ts";

/**
 * Trains a model and saves it: `weights/last.safetensors` after every epoch, with all that it takes to go on,
 * `weights/best.safetensors` after the fittest, `results.csv`. Saved and validated is the average of the weights, where
 * the recipe keeps one; `model` holds the weights of the last step.
 *
 * With `resume`, a training that was stopped or killed goes on, and ends with the same weights as one that never was.
 *
 * @throws LookonceError `ARGUMENT` for bad options, `DATA` when model and data set have different numbers of classes,
 *   `NUMERIC` when the loss is no finite number any more; what was saved before stays
 */
export async function train(model: DetectionModel, options: TrainOptions): Promise<TrainResult> {
  checkTrainOptions(model, options);
  const run = await Run.start(model, options);
  try {
    return await run.train();
  } finally {
    await run.dispose();
  }
}

type FileName = "last" | "best" | `epoch${number}`;

interface RunContents {
  settings: SettledSettings;
  parts: RunParts;
  loader: BatchLoader;
  position: RunPosition;
  found: Found;
}

class Run {
  readonly #options: TrainOptions;
  readonly #settings: SettledSettings;
  readonly #parts: RunParts;
  readonly #loader: BatchLoader;
  readonly #validation: RunValidation;
  readonly #callbacks: Required<TrainCallbacks>;
  readonly #directory: string;
  readonly #position: RunPosition;
  readonly #found: Found;
  /** Scores of the fittest epoch, where it was one of this process. */
  #best: ValidationResult | undefined;
  readonly #resumed: number = performance.now();

  private constructor(options: TrainOptions, rest: RunContents) {
    const { callbacks = [], resume, plots = false, data, valData, workers, cache } = options;
    this.#options = options;
    this.#settings = rest.settings;
    this.#parts = rest.parts;
    this.#loader = rest.loader;
    const { criterion, model } = rest.parts;
    const { imgsz, batch } = rest.settings;
    this.#validation = new RunValidation(model, {
      ...{ valData, criterion, imgsz, batch },
      ...(workers === undefined ? {} : { workers }),
      ...(cache === undefined ? {} : { cache }),
    });
    const drawing = plots ? [plotLogger({ data })] : [];
    this.#callbacks = allCallbacks([argsYaml(), resultsCsv(), jsonLog(), ...drawing, ...callbacks]);
    const found = resume === undefined ? undefined : dirname(dirname(resume));
    this.#directory = options.directory ?? found ?? makeRunDirectory();
    this.#position = rest.position;
    this.#found = rest.found;
  }

  static async start(model: DetectionModel, options: TrainOptions): Promise<Run> {
    const { resume } = options;
    const file = resume === undefined ? undefined : { name: resume, ...readTraining(resume) };
    const saved = file?.training.state.settings as SettledSettings | undefined;
    const { settings, found } = saved === undefined ? await prepareRun(model, options) : { settings: saved, found: {} };
    const position = startPosition();
    const loader = trainLoader(model, { ...options, settings, position });
    const parts = await makeParts(model, settings);
    if (file !== undefined) Object.assign(position, restoreState(parts, file));
    return new Run(options, { settings, parts, loader, position, found });
  }

  async train(): Promise<TrainResult> {
    const { batch, imgsz, recipe, args, amp } = this.#settings;
    const directory = this.#directory;
    const position = this.#position;
    makeWeightsDirectory(directory);
    const { epoch, best } = position;
    const epochs = this.#epochs();
    await this.#callbacks.onTrainStart({
      ...{ directory, epochs, iterations: this.#loader.length, batch, imgsz, recipe, amp, args, firstEpoch: epoch },
      ...this.#found,
    });
    let interrupted = false;
    while (position.epoch < this.#epochs() && !this.#isOver() && !interrupted) interrupted = !(await this.#epoch());
    if (!interrupted) await this.#strip();
    const validation = interrupted ? this.#best : await this.#bestScores();
    const seconds = this.#seconds();
    await this.#callbacks.onTrainEnd({ directory, seconds, interrupted });
    return {
      ...{ directory, seconds, interrupted, losses: position.losses, epochs: position.losses.length },
      last: this.#file("last"),
      best: this.#file((position.best ?? best) === undefined ? "last" : "best"),
      ...(validation === undefined ? {} : { validation }),
    };
  }

  /** Trains, validates and saves. @returns whether the epoch was finished */
  async #epoch(): Promise<boolean> {
    const position = this.#position;
    const { epoch } = position;
    const { step } = this.#parts;
    const { signal } = this.#options;
    await this.#callbacks.onTrainEpochStart({ epoch });
    const result = await runEpoch(position, {
      ...{ loader: this.#loader, step, schedule: this.#schedule(), callbacks: this.#callbacks },
      ...(this.#settings.multiScale ? { prepare: this.#rescale } : {}),
      isOver: () => signal?.aborted === true,
    });
    if (!result.finished) {
      await this.#save("last", { epoch: epoch - 1 });
      return false;
    }
    const { losses, rates } = result;
    await this.#callbacks.onTrainEpochEnd({ epoch, losses, rates });
    this.#readAhead();
    const validation = await this.#validate(epoch);
    if (validation !== undefined) position.classScores = classScores(validation, this.#parts.model.nc);
    await this.#record(epoch, result, validation);
    return signal?.aborted !== true;
  }

  /** Has the next epoch's first batches made while this one is validated, unless they hang on its scores. */
  #readAhead(): void {
    const { epoch } = this.#position;
    if (epoch < this.#epochs() && !this.#settings.imageWeights) this.#loader.prepare(epoch);
  }

  /** Saves an epoch that is over and tells of it. The state comes last: what is in it is in all other files. */
  async #record(epoch: number, result: EpochResult, validation: ValidationResult | undefined): Promise<void> {
    const position = this.#position;
    position.epochSeconds = this.#seconds();
    const { savePeriod } = this.#settings;
    const isBest = validation !== undefined && !((position.best?.fitness ?? -1) >= validation.fitness);
    const notes = { epoch, ...(validation === undefined ? {} : { fitness: validation.fitness }) };
    if (isBest) {
      this.#best = validation;
      position.best = { epoch, fitness: validation.fitness };
      await this.#save("best", notes);
    }
    if (savePeriod > 0 && (epoch + 1) % savePeriod === 0) await this.#save(`epoch${epoch + 1}`, notes);
    await this.#callbacks.onFitEpochEnd({
      ...{ epoch, seconds: position.epochSeconds, losses: result.losses, rates: result.rates, isBest },
      ...(validation === undefined ? {} : { validation }),
    });
    await this.#save("last", notes);
  }

  async #save(name: FileName, notes: { epoch: number; fitness?: number }): Promise<void> {
    const { model, ema } = this.#parts;
    const { imgsz } = this.#settings;
    const position = { ...this.#position, seconds: this.#seconds() };
    const whole = name === "last" && position.losses.length < this.#epochs();
    const training = whole ? await captureState(this.#parts, { position, settings: this.#settings }) : undefined;
    const saved = {
      ...notes,
      imgsz,
      loss: await lossContents(this.#parts),
      ...(training === undefined ? {} : { training }),
    };
    await saveModel(this.#file(name), ema?.model ?? model, saved);
    await this.#callbacks.onModelSave({ file: this.#file(name), epoch: notes.epoch });
  }

  /** Leaves the model alone in `last`, when the training is over before its last epoch. */
  async #strip(): Promise<void> {
    const { epoch } = this.#position;
    if (epoch > 0 && epoch < this.#epochs()) {
      const { model, ema } = this.#parts;
      const notes = { epoch: epoch - 1, imgsz: this.#settings.imgsz, loss: await lossContents(this.#parts) };
      await saveModel(this.#file("last"), ema?.model ?? model, notes);
    }
  }

  async #validate(epoch: number): Promise<ValidationResult | undefined> {
    const { val } = this.#settings;
    if (val === "never" || (val === "last" && epoch < this.#epochs() - 1)) return undefined;
    const { model, ema } = this.#parts;
    return this.#validation.of(ema?.model ?? model, { onProgress: this.#callbacks.onValBatchEnd });
  }

  /**
   * Scores of the fittest epoch. They are measured again where it was one of a process before this one, and for plots, which
   * are of the weights that are kept.
   */
  async #bestScores(): Promise<ValidationResult | undefined> {
    const { plots = false } = this.#options;
    if (this.#position.best === undefined || (this.#best !== undefined && !plots)) return this.#best;
    const callbacks = plots ? [validationPlots({ directory: this.#directory })] : [];
    return this.#validation.ofFile(this.#file("best"), { callbacks, onProgress: this.#callbacks.onValBatchEnd });
  }

  /** Whether patience or time is spent. */
  #isOver(): boolean {
    const { patience, time } = this.#settings;
    const { best, epoch } = this.#position;
    if (time > 0 && this.#seconds() >= time * 3600) return true;
    return patience > 0 && best !== undefined && epoch - 1 - best.epoch >= patience;
  }

  /** How many epochs there will be: with a limit of time, as many as fit into it at the pace so far. */
  #epochs(): number {
    const { epochs, time } = this.#settings;
    const { losses, epochSeconds } = this.#position;
    if (!(time > 0) || losses.length === 0) return epochs;
    return Math.max(losses.length, Math.ceil((time * 3600) / (epochSeconds / losses.length)));
  }

  #schedule(): ScheduleSettings {
    const { recipe, batch, nbs, lags } = this.#settings;
    return {
      ...{ ...recipe, batch, nbs, lags, epochs: this.#epochs(), iterations: this.#loader.length },
      warmsMomentum: this.#parts.optimizer.warmsMomentum,
    };
  }

  readonly #rescale = (batch: Batch, iteration: number): Batch => {
    const { imgsz, seed } = this.#settings;
    const rng = new Random(seed).fork("scale", iteration);
    return rescaleBatch(batch, drawScale(batch, { imgsz, stride: this.#parts.model.step, rng }));
  };

  #seconds(): number {
    return this.#position.seconds + (performance.now() - this.#resumed) / 1000;
  }

  #file(name: FileName): string {
    return join(this.#directory, "weights", `${name}.safetensors`);
  }

  async dispose(): Promise<void> {
    const { optimizer, criterion, ema, step } = this.#parts;
    for (const part of [optimizer, criterion, ema, step]) part?.dispose();
    await this.#loader.dispose();
    await this.#validation.dispose();
  }
}

/** @throws LookonceError `ARGUMENT` for a file without a training's state */
function readTraining(file: string): Pick<Required<Checkpoint>, "training"> & { weights: Checkpoint["tensors"] } {
  const { tensors, training } = readCheckpoint(file);
  if (training !== undefined) return { training, weights: tensors };
  throw new LookonceError(
    "ARGUMENT",
    `${file} holds a model, but no state of a training to go on from: that training was finished. To train the model further, start a new training with it.`,
  );
}

function makeWeightsDirectory(directory: string): void {
  try {
    mkdirSync(join(directory, "weights"), { recursive: true });
  } catch (cause) {
    throw new LookonceError("IO", `cannot write to ${directory}: ${(cause as Error).message}`, { cause });
  }
}

/** mAP50-95 of every class; 0 for those that no image shows. */
function classScores({ perClass }: ValidationResult, nc: number): number[] {
  const scores = new Array<number>(nc).fill(0);
  for (const { class: number, map50_95 } of perClass) scores[number] = map50_95;
  return scores;
}
