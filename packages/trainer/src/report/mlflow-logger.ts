import { warn } from "@lookonce/errors";
import { basename, existsSync, join, openBlob, readdirSync, readFileSync, writeWholeSync } from "@lookonce/files";
import type { EndInfo, RunInfo, TrainCallbacks } from "./callbacks.ts";
import type { MlflowClient, MlflowMetric, MlflowRun, MlflowServer, MlflowText } from "./mlflow-client.ts";
import type { OnNotice } from "./plot-logger.ts";
import { resultsRow } from "./results-csv.ts";

/** Options of {@link mlflowLogger}. */
export interface MlflowLoggerOptions extends MlflowServer {
  /** Name of the experiment, which is made where there is none. Default `lookonce`. */
  experiment?: string | undefined;
  /** Name of the run. Default: that of the training's folder. */
  run?: string | undefined;
  /** A run to continue. Default: of a resumed training the one it has logged to. */
  runId?: string | undefined;
  /** Send plots, `results.csv`, `args.yaml` and the weights at the end, where the server keeps files itself. Default `true`. */
  artifacts?: boolean;
  /** Receives notices about what cannot be logged. Default: a warning of the process. */
  onNotice?: OnNotice;
}

/** The most that one request may have. */
const batchSizes = { metrics: 1000, params: 100 } as const;

/** Metrics that wait for a server that does not answer; older ones are dropped. */
const maxPending = 100_000;

/** Characters of a parameter that servers of any version accept. */
const maxParamLength = 500;

/** In the training's folder, so that a resumed one continues its run. */
const noteName = "mlflow.json";

/** Files of a training's folder that are sent at its end. */
const artifactFiles = /\.(png|jpg|csv|yaml)$/;

/**
 * Logs a training to a tracking server of MLflow: its settings as parameters, the columns of `results.csv` as metrics over epochs, and at
 * its end its files. A resumed training continues its run.
 *
 * Nothing of it can stop or delay a training: requests run beside it, are sent again after later epochs, and a server that does not answer is
 * one notice.
 *
 * @throws LookonceError `ARGUMENT` for an address that is none of HTTP
 */
export async function mlflowLogger(options: MlflowLoggerOptions): Promise<TrainCallbacks> {
  const { MlflowClient } = await import("./mlflow-client.ts");
  const log = new MlflowLog(new MlflowClient(options), options);
  let run: RunInfo | undefined;
  return {
    onTrainStart(info) {
      run = info;
      log.start(info);
    },
    onFitEpochEnd(epoch) {
      if (run === undefined) return;
      const { epoch: _, time: __, ...columns } = Object.fromEntries(resultsRow(epoch, run));
      log.add(columns, epoch.epoch + 1);
    },
    onTrainEnd: (end) => log.end(end),
  };
}

/** What is logged of one training, and what of that is still to be sent. */
class MlflowLog {
  readonly #client: MlflowClient;
  readonly #options: MlflowLoggerOptions;
  #info: RunInfo | undefined;
  #run: MlflowRun | undefined;
  #params: MlflowText[] = [];
  #metrics: MlflowMetric[] = [];
  #sending: Promise<void> = Promise.resolve();
  #isSending = false;
  #hasNoticed = false;
  /** Whether the server refuses what is sent, so that nothing more is. */
  #isRefused = false;

  constructor(client: MlflowClient, options: MlflowLoggerOptions) {
    this.#client = client;
    this.#options = options;
  }

  start(info: RunInfo): void {
    const { args, epochs, batch, imgsz, recipe, firstEpoch } = info;
    this.#info = info;
    // Parameters never change: those of a resumed training are there
    if (firstEpoch === 0) this.#params = paramsOf({ ...args, epochs, batch, imgsz, ...recipe });
    this.#send();
  }

  /** Adds the columns of an epoch; empty ones were not measured. */
  add(columns: Readonly<Record<string, string>>, step: number): void {
    const timestamp = Date.now();
    for (const [column, text] of Object.entries(columns)) {
      if (text !== "") this.#metrics.push({ key: keyOf(column), value: Number(text), timestamp, step });
    }
    this.#metrics = this.#metrics.slice(-maxPending);
    this.#send();
  }

  async end({ directory, interrupted }: EndInfo): Promise<void> {
    await this.#sending;
    this.#send();
    await this.#sending;
    const run = this.#run;
    if (run === undefined || this.#isRefused) return;
    await this.#attempt(async () => {
      if (this.#options.artifacts ?? true) await this.#sendArtifacts(run, directory);
      await this.#client.endRun(run.runId, interrupted ? "KILLED" : "FINISHED");
    });
    if (this.#metrics.length > 0) this.#notice(`${this.#metrics.length} numbers of the training were not logged`);
  }

  /** Sends what waits, beside the training; once at a time. */
  #send(): void {
    if (this.#isSending || this.#isRefused) return;
    this.#isSending = true;
    this.#sending = this.#attempt(() => this.#sendPending()).finally(() => {
      this.#isSending = false;
    });
  }

  async #sendPending(): Promise<void> {
    this.#run ??= await this.#open();
    const { runId } = this.#run;
    while (this.#params.length > 0 || this.#metrics.length > 0) {
      const params = this.#params.slice(0, batchSizes.params);
      const metrics = this.#metrics.slice(0, batchSizes.metrics - params.length);
      await this.#client.logBatch(runId, { params, metrics });
      this.#params = this.#params.slice(params.length);
      const sent = new Set(metrics);
      this.#metrics = this.#metrics.filter((metric) => !sent.has(metric));
    }
  }

  /** The run of this training: a new one, or the one that it has logged to before. */
  async #open(): Promise<MlflowRun> {
    const { directory = "", firstEpoch = 0, family = "", task = "" } = this.#info ?? {};
    const { experiment = "lookonce", run: name = basename(directory), runId } = this.#options;
    const note = join(directory, noteName);
    const known = runId ?? (firstEpoch > 0 ? runIdIn(note) : undefined);
    const tags = Object.entries({ "mlflow.source.name": "lookonce", family, task }).map(([key, value]) => ({
      key,
      value,
    }));
    const run =
      known === undefined
        ? await this.#client.createRun(await this.#client.experiment(experiment), { name, tags })
        : await this.#client.resumeRun(known);
    try {
      writeWholeSync(note, `${JSON.stringify({ run_id: run.runId, experiment_id: run.experimentId })}\n`);
    } catch (error) {
      this.#notice(`a resumed training will start another run: ${(error as Error).message}`);
    }
    return run;
  }

  async #sendArtifacts(run: MlflowRun, directory: string): Promise<void> {
    if (!this.#client.keepsArtifacts(run)) {
      this.#notice(`files are not sent: the server does not keep them itself, but in ${run.artifactUri}`);
      return;
    }
    const files = readdirSync(directory).filter((name) => artifactFiles.test(name));
    const weights = ["best", "last"].map((name) => `weights/${name}.safetensors`);
    for (const file of [...files.sort(), ...weights]) {
      const path = join(directory, file);
      if (existsSync(path)) await this.#client.logArtifact(run, file, await openBlob(path));
    }
  }

  /** Does what may fail; the first failure is a notice. */
  async #attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#isRefused = (error as { isPassing?: boolean }).isPassing === false;
      const next = this.#isRefused ? "Nothing more is logged there" : "What waits is sent after later epochs";
      if (!this.#hasNoticed) this.#notice(`${(error as Error).message}. ${next}; the training goes on`);
      this.#hasNoticed = true;
    }
  }

  #notice(reason: string): void {
    (this.#options.onNotice ?? warn)(`MLflow: ${reason}.`);
  }
}

function runIdIn(note: string): string | undefined {
  try {
    const { run_id: id } = JSON.parse(readFileSync(note, "utf8")) as { run_id?: unknown };
    return typeof id === "string" ? id : undefined;
  } catch {
    return undefined;
  }
}

function paramsOf(values: Readonly<Record<string, unknown>>): MlflowText[] {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined && typeof value !== "function")
    .map(([key, value]) => ({
      key: keyOf(key),
      value: (typeof value === "string" ? value : JSON.stringify(value)).slice(0, maxParamLength),
    }));
}

/** A name as MLflow accepts it: `metrics/mAP50(B)` is `metrics/mAP50B`, as Ultralytics writes it. */
function keyOf(name: string): string {
  return name.replace(/[()]/g, "").replace(/[^\w\-. /]/g, "_");
}
