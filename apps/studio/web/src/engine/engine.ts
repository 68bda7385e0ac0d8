import type { BatchInfo, PlainResults, TrainCallbacks, TrainReport, WrittenFile } from "@lookonce/yolo/browser";
import { type Studio, storageText } from "../state/studio.ts";
import type { Folder } from "../storage/folder.ts";
import { Detector } from "./detector.ts";
import { listModels, type StoredModel, storeModel } from "./models.ts";
import { freeRunName, newRun, type Run, type RunNote, readRun, readRuns, removeRun, writeNote } from "./runs.ts";
import { resume, type TrainTask, train } from "./train.ts";
import type { TrainSettings } from "./train-settings.ts";

/** How far a training is that runs now. */
export interface LiveTraining {
  /** Name of its run. */
  readonly run: string;
  readonly isStopping: boolean;
  /** Epochs and batches from 0; absent while it is being prepared. */
  readonly at?: { readonly epoch: number; readonly iteration: number; readonly isValidating: boolean };
  readonly epochs?: number;
  readonly iterations?: number;
  readonly losses: Readonly<Record<string, number>>;
  readonly imagesPerSecond?: number;
  /** What it said, such as which device was chosen; the last line last. */
  readonly lines: readonly string[];
}

/** What the page shows of models and trainings at a moment. */
export interface EngineSnapshot {
  /** The newest first. */
  readonly runs: readonly Run[];
  readonly models: readonly StoredModel[];
  readonly live: LiveTraining | undefined;
}

/** Milliseconds between two reports of how far a training is. */
const reportMs = 200;

/** Trains, and detects, in workers of the page; weights and states are in the browser's storage. */
export class Engine {
  readonly #studio: Studio;
  readonly #folder: Folder;
  readonly #detector: Detector;
  readonly #listeners = new Set<() => void>();
  #snapshot: EngineSnapshot = { runs: [], models: [], live: undefined };
  #stop: AbortController | undefined;

  private constructor(studio: Studio) {
    this.#studio = studio;
    this.#folder = studio.folder;
    this.#detector = new Detector(studio.folder);
  }

  /** Reads which trainings and models there are. A training whose tab was closed has stopped. */
  static async open(studio: Studio): Promise<Engine> {
    const engine = new Engine(studio);
    for (const run of await readRuns(studio.folder)) {
      if (run.state === "running") await writeNote(studio.folder, run.name, { ...run, state: "stopped" });
    }
    await engine.#refresh();
    return engine;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): EngineSnapshot => this.#snapshot;

  /** Trains on the project's labels. Returns when it has ended, however it did: the run says how. */
  async train(settings: TrainSettings): Promise<void> {
    const name = freeRunName(this.#snapshot.runs);
    const note: RunNote = { settings, state: "running", started: new Date().toISOString() };
    await this.#follow(name, note, (task) => train(settings, task));
  }

  /** Resumes a training that was stopped. @param resumeChanged accepts that the data set has changed since */
  async resume(run: Run, { resumeChanged }: { resumeChanged: boolean }): Promise<void> {
    const { name, settings, started } = run;
    await this.#follow(name, { settings, state: "running", started }, (task) =>
      resume(settings, { ...task, resumeChanged }),
    );
  }

  /** Stops the training after its current step, with its state saved. */
  stop(): void {
    this.#stop?.abort();
    this.#report({ isStopping: true });
  }

  async removeRun(name: string): Promise<void> {
    await removeRun(this.#folder, name);
    await this.#refresh();
  }

  /** Stores a file of a model, to detect with or to train from. @throws Error when it cannot be stored */
  async addModel(file: File): Promise<string> {
    const path = await storeModel(this.#folder, file);
    await this.#refresh();
    return path;
  }

  async removeModel({ path }: StoredModel): Promise<void> {
    await this.#folder.remove(path);
    await this.#refresh();
  }

  /** What a model finds in an image, in pixels. @throws LookonceError when the model or the image cannot be used */
  detect(...given: Parameters<Detector["detect"]>): Promise<PlainResults> {
    return this.#detector.detect(...given);
  }

  /** A model's weights, or the model as ONNX. @throws LookonceError when it cannot be written */
  export(...given: Parameters<Detector["export"]>): Promise<WrittenFile> {
    return this.#detector.export(...given);
  }

  async #follow(name: string, note: RunNote, work: (task: TrainTask) => Promise<TrainReport>): Promise<void> {
    const stop = new AbortController();
    this.#stop = stop;
    this.#show({ live: { run: name, isStopping: false, losses: {}, lines: [] } });
    let ended: RunNote;
    try {
      // What training reads
      await this.#studio.saved();
      await writeNote(this.#folder, name, note);
      await this.#refreshRun(name);
      const log = (line: string): void => this.#addLine(line);
      const { interrupted } = await work({ name, callbacks: this.#callbacks(name), log, signal: stop.signal });
      ended = { ...note, state: interrupted ? "stopped" : "finished" };
    } catch (error) {
      ended = { ...note, state: "failed", problem: storageText(error) };
    }
    this.#stop = undefined;
    // On a full disk the end is shown all the same
    await writeNote(this.#folder, name, ended).catch(() => {});
    await this.#refresh().catch(() => {});
    const isStored = this.#snapshot.runs.some((run) => run.name === name);
    const runs = isStored ? this.#snapshot.runs : [newRun(name, ended), ...this.#snapshot.runs];
    this.#show({ live: undefined, runs: runs.map((run) => (run.name === name ? { ...run, ...ended } : run)) });
  }

  #callbacks(name: string): TrainCallbacks {
    let reported = 0;
    const at = (epoch: number, iteration: number, isValidating: boolean): Pick<LiveTraining, "at"> => ({
      at: { epoch, iteration, isValidating },
    });
    return {
      onTrainStart: ({ epochs, iterations }) => this.#report({ epochs, iterations }),
      // By then the files of the epoch before are written
      onTrainEpochStart: async ({ epoch }) => {
        this.#report(at(epoch, 0, false));
        await this.#refreshRun(name);
      },
      onTrainBatchEnd: ({ epoch, iteration, mean, imagesPerSecond }: BatchInfo) => {
        if (performance.now() - reported < reportMs) return;
        reported = performance.now();
        this.#report({ ...at(epoch, iteration + 1, false), losses: { ...mean }, imagesPerSecond });
      },
      onTrainEpochEnd: ({ epoch, losses }) => this.#report({ ...at(epoch, 0, true), losses: { ...losses } }),
      onWarning: ({ message }) => this.#addLine(message),
    };
  }

  #addLine(line: string): void {
    this.#report({ lines: [...(this.#snapshot.live?.lines ?? []), line].slice(-20) });
  }

  #report(change: Partial<LiveTraining>): void {
    const { live } = this.#snapshot;
    if (live !== undefined) this.#show({ live: { ...live, ...change } });
  }

  async #refreshRun(name: string): Promise<void> {
    const run = await readRun(this.#folder, name);
    if (run === undefined) return;
    const isKnown = this.#snapshot.runs.some((other) => other.name === name);
    const runs = isKnown
      ? this.#snapshot.runs.map((other) => (other.name === name ? run : other))
      : [run, ...this.#snapshot.runs];
    this.#show({ runs, models: await listModels(this.#folder, runs) });
  }

  async #refresh(): Promise<void> {
    const runs = await readRuns(this.#folder);
    this.#show({ runs, models: await listModels(this.#folder, runs) });
  }

  #show(change: Partial<EngineSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    for (const listener of this.#listeners) listener();
  }
}
