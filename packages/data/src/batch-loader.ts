import { LookonceError } from "@lookonce/errors";
import { Random } from "@lookonce/random";
import { availableMemory, WorkerLostError, WorkerPool } from "@lookonce/worker-pool";
import type { Batch } from "./batch.ts";
import type { Dataset } from "./dataset.ts";
import { kindRules } from "./label-kinds.ts";
import type { DatasetEntry } from "./labels.ts";
import { loadedSize, type ResizeSpec, resizeName } from "./load-size.ts";
import { BatchMaker } from "./loader/batch-maker.ts";
import { type CachePlan, planCache } from "./loader/cache/plan-cache.ts";
import { packEntries } from "./loader/entry-table.ts";
import { EpochReader } from "./loader/epoch-reader.ts";
import type { AugmentSettings, BatchMakers, BatchTask, LoaderJob, LoaderTasks, MadeBatch } from "./loader/job.ts";
import { type BatchLoaderOptions, type FullOptions, fullOptions } from "./loader/loader-options.ts";
import { workerAddress } from "./loader/worker-address.ts";
import { type BatchPlan, rectangularBatches } from "./rectangular.ts";
import { planEpoch } from "./samplers/plan-epoch.ts";
import { sharedPlan } from "./samplers/share-batch.ts";

/** Options of {@link BatchLoader.batches}. */
export interface BatchesOptions {
  /** Number of the first batch, to go on in the middle of an epoch. Default 0. */
  from?: number;
  /** Number of the batch after the last one. Default: all. */
  to?: number;
  /** Stops; the iterator throws the signal's reason. */
  signal?: AbortSignal;
}

/** What a loader keeps between epochs. */
export type CacheReport = Pick<CachePlan, "kind" | "need" | "images" | "notice">;

/** Images of a batch named in an error. */
const maxNames = 8;

/**
 * Reads a data set in batches: decoded, resized, augmented or letterboxed, with padded targets.
 *
 * Worker threads make batches ahead of the one in use. The contents of a batch depend on the data set, the options and the
 * epoch alone, neither on the number of workers nor on where an epoch was started. An image that turns out to be damaged is
 * counted in the data set's report; it is left out of its batch or, where images are augmented, replaced by the next.
 *
 * Idle workers do not keep a process running, but use memory: `dispose()` ends them.
 */
export class BatchLoader implements AsyncIterable<Batch> {
  readonly #dataset: Dataset;
  readonly #options: FullOptions;
  readonly #rectangular: readonly BatchPlan[] | undefined;
  readonly #end: AbortController = new AbortController();
  #prepared: { epoch: number; from: number; to: number | undefined; reader: EpochReader } | undefined;
  #cache: CachePlan | undefined;
  #makers: BatchMakers | undefined;
  #waited = 0;

  /** @throws LookonceError `ARGUMENT` for options that make no sense */
  constructor(dataset: Dataset, options: BatchLoaderOptions) {
    this.#dataset = dataset;
    this.#options = fullOptions(options, dataset.labels);
    const { keypoints } = dataset;
    if (keypoints !== undefined && keypoints.flip === undefined && mirrors(options.augment)) {
      const hint = "list with flip_idx in the data set file which keypoint replaces each in a mirrored image";
      this.#options.onNotice(`No image is mirrored, because nobody says what becomes of its keypoints: ${hint}.`);
    }
    this.#rectangular = this.#options.rect ? rectangularBatches(dataset.entries, this.#options) : undefined;
  }

  /** Number of batches in an epoch. */
  get length(): number {
    const { batch, dropLast } = this.#options;
    const count = this.#dataset.entries.length / batch;
    return dropLast ? Math.floor(count) : Math.ceil(count);
  }

  /** Images of the batch with a number, from 0; of all ranks that share it. */
  imagesIn(number: number): number {
    const { batch } = this.#options;
    return Math.max(0, Math.min(batch, this.#dataset.entries.length - number * batch));
  }

  /** Seconds that the consumer has waited for batches so far, in all epochs. */
  get waited(): number {
    return this.#waited;
  }

  /** What is kept between epochs: how, bytes that all images need, how many are kept, and why not all as wished. */
  get cache(): CacheReport {
    const { kind, need, images, notice } = this.#planCache();
    return { kind, need, images, ...(notice === undefined ? {} : { notice }) };
  }

  /**
   * The images of every batch of an epoch, by index into the data set, and the batches' sizes; of all ranks that share them.
   *
   * @throws LookonceError `ARGUMENT` for `weights` that are none
   */
  plan(epoch = 0): BatchPlan[] {
    const { batch, imgsz, shuffle, weights } = this.#options;
    if (this.#rectangular !== undefined) return this.#rectangular.slice(0, this.length);
    const count = this.#dataset.entries.length;
    const order = { count, batch, imgsz, shuffle, weights: weights?.(epoch) };
    return planEpoch(epoch, order).slice(0, this.length);
  }

  /** Begins to make the first batches of an epoch before {@link batches} is called: while a validation runs, say. */
  prepare(epoch: number, { from = 0, to }: Pick<BatchesOptions, "from" | "to"> = {}): void {
    this.#prepared?.reader.abort();
    const reader = this.#read(epoch, from, to);
    this.#prepared = { epoch, from, to, reader };
    reader.start();
  }

  /**
   * The batches of an epoch, in order; the next ones are being made while one is in use.
   *
   * @throws LookonceError `ARGUMENT` when `from` is no batch of the epoch or the loader was disposed, `DATA` when workers
   *   die of a batch; whatever transforms throw
   */
  async *batches(epoch = 0, { from = 0, to, signal }: BatchesOptions = {}): AsyncGenerator<Batch, void, void> {
    const reader = this.#takePrepared(epoch, from, to) ?? this.#read(epoch, from, to);
    const onAbort = (): void => reader.abort(signal?.reason);
    if (signal?.aborted) onAbort();
    signal?.addEventListener("abort", onAbort);
    try {
      reader.signal.throwIfAborted();
      for (let next = reader.next(); next !== undefined; next = reader.next()) {
        const start = performance.now();
        const made = await next;
        reader.signal.throwIfAborted();
        this.#waited += (performance.now() - start) / 1000;
        this.#report(made);
        if (made.batch !== undefined) yield made.batch;
        reader.signal.throwIfAborted();
      }
    } finally {
      signal?.removeEventListener("abort", onAbort);
      reader.abort();
    }
  }

  /** The batches of epoch 0. */
  [Symbol.asyncIterator](): AsyncIterator<Batch> {
    return this.batches(0);
  }

  /** Ends the workers and frees the cache. Whoever still waits for a batch gets an error. May be called twice. */
  async dispose(): Promise<void> {
    this.#end.abort(new LookonceError("ARGUMENT", "This loader was disposed; make a new one to read batches."));
    const makers = this.#makers;
    this.#makers = undefined;
    this.#cache = undefined;
    await makers?.dispose();
  }

  #read(epoch: number, from: number, to: number = this.length): EpochReader {
    this.#end.signal.throwIfAborted();
    for (const [name, number, least] of [
      ["from", from, 0],
      ["to", to, from],
    ] as const) {
      if (Number.isInteger(number) && number >= least && number <= this.length) continue;
      throw new LookonceError(
        "ARGUMENT",
        `${name} must be a batch's number, ${least} to ${this.length}, not ${number}.`,
      );
    }
    const { augment, prefetch: ahead, sharer } = this.#options;
    const settings = settingsOf(augment, epoch);
    const tasks = withRepeats(this.plan(epoch)).map((plan): BatchTask => {
      return { epoch, plan: sharer === undefined ? plan : sharedPlan(plan, sharer), augment: settings };
    });
    const make = (number: number, signal: AbortSignal): Promise<MadeBatch> =>
      this.#start().run(tasks[number] as BatchTask, signal);
    return new EpochReader({ count: to, from, ahead, make, signal: this.#end.signal });
  }

  #takePrepared(epoch: number, from: number, to: number | undefined): EpochReader | undefined {
    const prepared = this.#prepared;
    this.#prepared = undefined;
    if (prepared?.epoch === epoch && prepared.from === from && prepared.to === to) return prepared.reader;
    prepared?.reader.abort();
    return undefined;
  }

  #report({ damaged, notices }: MadeBatch): void {
    for (const { index, reason } of damaged) {
      const { path } = this.#dataset.entries[index] as DatasetEntry;
      this.#dataset.markCorrupt(path, reason);
      this.#options.onUnreadable?.({ path, reason });
    }
    for (const line of notices) this.#options.onNotice(line);
  }

  #start(): BatchMakers {
    if (this.#makers !== undefined) return this.#makers;
    const { workers, transforms, random = new Random(0) } = this.#options;
    const { memory, disk } = this.#planCache();
    const job: LoaderJob = {
      entries: packEntries(this.#dataset.entries),
      labels: { kind: this.#dataset.labels, keypoints: this.#dataset.keypoints, masks: this.#options.masks },
      form: this.#form(),
      rect: this.#options.rect,
      fit: this.#options.fit,
      randomKey: random.key,
      memory,
      disk,
      transforms: transforms instanceof URL ? transforms.href : undefined,
    };
    const here = transforms instanceof URL ? [] : transforms;
    this.#makers = workers === 0 ? new BatchMaker(job, here) : this.#startWorkers(job, Math.min(workers, this.length));
    return this.#makers;
  }

  /** A batch whose worker dies is made once more. */
  #startWorkers(job: LoaderJob, maxWorkers: number): BatchMakers {
    const options = { program: workerAddress, name: "lookonce loader", workerData: job, maxWorkers };
    const pool = new WorkerPool<LoaderTasks>(options);
    const explain = (task: BatchTask, error: unknown): never => {
      if (!(error instanceof WorkerLostError)) throw error;
      const what = `A loader's worker died twice while it made a batch of ${this.#names(task)}: ${error.cause.message}`;
      const hint = "Leave these images or the transforms out, or set workers: 0 to see where it happens.";
      throw new LookonceError("DATA", `${what}. ${hint}`, { cause: error.cause });
    };
    return {
      run: (task, signal) => pool.run("makeBatch", task, { signal }).catch((error) => explain(task, error)),
      dispose: () => pool.dispose(),
    };
  }

  #planCache(): CachePlan {
    if (this.#cache !== undefined) return this.#cache;
    const { cache, cacheBytes, cacheDirectory, onNotice } = this.#options;
    const spec = this.#form();
    const form = resizeName(spec);
    const images = this.#dataset.entries.map((entry) => ({ path: entry.path, ...loadedSize(entry, spec) }));
    this.#cache = planCache(images, {
      ...{ kind: cache, limit: cacheBytes, freeMemory: availableMemory() },
      disk: cacheDirectory === undefined ? { form } : { form, directory: cacheDirectory },
    });
    if (this.#cache.notice !== undefined) onNotice(this.#cache.notice);
    return this.#cache;
  }

  #form(): ResizeSpec {
    const { imgsz, loading, augment } = this.#options;
    const { cutsImages: fullSize = false } = kindRules[this.#dataset.labels];
    return { imgsz, loading, training: augment !== undefined, fullSize };
  }

  #names({ plan: { indices } }: BatchTask): string {
    const names = indices.slice(0, maxNames).map((index) => (this.#dataset.entries[index] as DatasetEntry).path);
    const others = indices.length - names.length;
    return names.join(", ") + (others > 0 ? ` and ${others} more` : "");
  }
}

function settingsOf(augment: BatchLoaderOptions["augment"], epoch: number): AugmentSettings | undefined {
  return typeof augment === "function" ? augment(epoch) : augment;
}

function mirrors(augment: BatchLoaderOptions["augment"]): boolean {
  const { fliplr = 0, flipud = 0 } = settingsOf(augment, 0)?.hyp ?? {};
  return fliplr > 0 || flipud > 0;
}

/** Counts how often each image came in earlier plans; only plans that repeat one say so. */
function withRepeats(plans: readonly BatchPlan[]): BatchPlan[] {
  const seen = new Map<number, number>();
  return plans.map((plan) => {
    const repeats = plan.indices.map((index) => {
      const before = seen.get(index) ?? 0;
      seen.set(index, before + 1);
      return before;
    });
    return repeats.some((repeat) => repeat > 0) ? { ...plan, repeats } : plan;
  });
}
