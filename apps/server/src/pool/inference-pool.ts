import { totalmem } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { encodeError, LookonceError } from "@lookonce/errors";
import { type PoolWorker, WorkerLostError, WorkerPool } from "@lookonce/worker-pool";
import type { ModelInfo } from "@lookonce/yolo";
import { childEnvironment } from "../child-environment.ts";
import { HttpError } from "../errors/http-error.ts";
import { BatchQueue, type BatchQueueOptions, type PendingBatch, type PendingImage } from "./batch-queue.ts";
import type {
  DetectAnswer,
  InferenceTasks,
  LoadedModel,
  LoadRequest,
  SentContent,
  WorkerSettings,
} from "./inference-tasks.ts";
import { workerAddress } from "./process/worker-address.ts";

/** Batches for each worker that are in progress at once: one that the network runs on, and one that is decoded meanwhile. */
const batchesPerWorker = 2;

/** Milliseconds after which workers are killed when the service stops: requests had their time before. */
const shutdownTimeoutMs = 1000;

/** Milliseconds after which a worker that loads, describes or frees a model counts as hung. */
const loadTimeoutMs = 300_000;

/** Milliseconds that a worker without much to do has to answer a ping. */
const pingTimeoutMs = 2000;

/** Milliseconds for which an answer proves that workers answer. */
const recentMs = 10_000;

/** Bytes of memory with which a worker is killed: half of what there is. */
const maxMemory = Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem()) / 2;

export interface InferencePoolOptions extends BatchQueueOptions {
  workers: number;
  worker: WorkerSettings;
  /** Maximum number of images that wait; more are refused. */
  maxWaiting: number;
  /** Milliseconds that a worker has for a batch; then it counts as hung, is killed and replaced. */
  batchTimeoutMs: number;
  onBatch?(batch: { model: string; size: number }): void;
  /** Called when a worker died and is being replaced. */
  onWorkerLost?(cause: Error): void;
}

/** An image to detect objects in; images of different shapes are not batched. */
export type SubmittedImage = SentContent & Pick<PendingImage, "pixels"> & { shape: string };

type InferenceWorker = PoolWorker<InferenceTasks>;

/** Detects objects in image files in child processes, batched; images that cannot start at once wait in a bounded queue. */
export class InferencePool {
  readonly #options: InferencePoolOptions;
  readonly #queue: BatchQueue;
  readonly #pool: WorkerPool<InferenceTasks>;
  /** Batches that are in a worker, or wait for one, with what aborts them when nobody waits for their images any more. */
  readonly #inProgress: Map<PendingBatch, AbortController> = new Map();
  readonly #models: Map<string, LoadRequest> = new Map();
  readonly #modelsOf: WeakMap<InferenceWorker, Set<string>> = new WeakMap();
  /** Milliseconds per image, averaged over the last ones. */
  #pace = 100;
  /** When a batch was answered last. */
  #answeredAt = Number.NEGATIVE_INFINITY;
  #suspects = 0;
  #timer: NodeJS.Timeout | undefined;
  #isStopping = false;

  constructor(options: InferencePoolOptions) {
    this.#options = options;
    this.#queue = new BatchQueue(options);
    this.#pool = new WorkerPool({
      program: workerAddress,
      name: "lookonce inference",
      kind: "process",
      // Nothing there draws: with this, libvips opens no format that is more than pixels
      env: { ...childEnvironment(), VIPS_BLOCK_UNTRUSTED: "1" },
      maxMemory,
      concurrent: true,
      workerData: options.worker,
      maxWorkers: options.workers,
      maxTasksPerWorker: batchesPerWorker,
      maxAttempts: 1,
      keepAlive: true,
      restartDelaysMs: [0, 0, 500, 2000],
      shutdownTimeoutMs,
      prepare: (worker) => this.#loadAll(worker),
      onWorkerLost: (cause) => options.onWorkerLost?.(cause),
      onWorkerReady: () => this.#pump(),
    });
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** Number of workers that accept work, and of all. */
  get workers(): { up: number; all: number } {
    return { up: this.#pool.ready, all: this.#options.workers };
  }

  /** Loads a model in one worker after the other, so that the rest continues to work. */
  async load(model: string, file: string, imgsz: number | undefined): Promise<LoadedModel> {
    const request = { model, file, imgsz };
    this.#models.set(model, request);
    try {
      await this.#pool.whenStarted();
      let loaded: LoadedModel | undefined;
      for (const worker of this.#pool.workers) loaded = await this.#loadIn(worker, request);
      if (loaded === undefined) throw new WorkerLostError(new Error("no worker could be started"), false);
      this.#pump();
      return loaded;
    } catch (error) {
      await this.#forget(model);
      throw this.#failure(error, "A worker died over this model and is being replaced.");
    }
  }

  /** Frees a model in every worker, after the images that wait for it. */
  async unload(model: string): Promise<void> {
    const isUsed = (): boolean => [...this.#inProgress.keys()].some((batch) => batch.model === model);
    while (this.#queue.of(model).length > 0 || isUsed()) await new Promise((resolve) => setTimeout(resolve, 10));
    await this.#forget(model);
  }

  async describe(model: string, imgsz: number): Promise<ModelInfo> {
    try {
      return await this.#pool.run(
        "describe",
        { model, imgsz },
        { timeoutMs: loadTimeoutMs, accepts: this.#accepts(model) },
      );
    } catch (error) {
      throw this.#failure(error, "A worker died over this model and is being replaced.");
    }
  }

  /**
   * Detects objects in images.
   *
   * @param signal when it aborts, those that have not gone to a worker are dropped, and its reason is thrown
   * @returns the answers in the order of the images, and the milliseconds until the last of them was started
   * @throws HttpError 503 with `Retry-After` when the queue does not have room for all of them
   */
  async submit(
    images: readonly SubmittedImage[],
    { model, imgsz, nms, signal }: { model: string; imgsz: number; nms: boolean; signal: AbortSignal },
  ): Promise<{ answers: DetectAnswer[]; waited: number }> {
    signal.throwIfAborted();
    if (this.#queue.length + images.length > this.#options.maxWaiting) throw this.#full();
    const since = performance.now();
    let waited = 0;
    const pending: PendingImage[] = [];
    const answers = images.map(
      ({ shape, ...image }) =>
        new Promise<DetectAnswer>((resolve, reject) => {
          const answer = (found: DetectAnswer, wait: number): void => {
            waited = Math.max(waited, wait);
            resolve(found);
          };
          const key = `${model} ${imgsz} ${nms} ${shape}`;
          pending.push({ ...image, key, model, imgsz, nms, since, signal, resolve: answer, reject });
        }),
    );
    const drop = (): void => {
      for (const image of pending) {
        this.#queue.remove(image);
        image.reject(signal.reason);
      }
      for (const [{ images }, control] of this.#inProgress) {
        if (images.every((image) => image.signal?.aborted)) control.abort(signal.reason);
      }
    };
    signal.addEventListener("abort", drop, { once: true });
    for (const image of pending) this.#queue.push(image);
    this.#pump();
    try {
      return { answers: await Promise.all(answers), waited };
    } catch (error) {
      // One of them was lost: nobody waits for the others any more
      for (const image of pending) this.#queue.remove(image);
      throw error;
    } finally {
      signal.removeEventListener("abort", drop);
    }
  }

  /** Why no image would be answered soon, if so: a worker that has room for a batch must answer, or have answered recently. */
  async whyNotReady(): Promise<string | undefined> {
    const workers = this.#pool.readyWorkers;
    if (workers.length === 0) return "No inference worker is up at the moment.";
    const free = workers.filter(({ pending }) => pending < batchesPerWorker);
    const isAnswered = await Promise.any(free.map((worker) => this.#ping(worker))).catch(() => false);
    if (isAnswered || performance.now() - this.#answeredAt < recentMs) return undefined;
    return "No inference worker answers at the moment.";
  }

  /** Ends the workers after their batches; images that still wait are refused. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    for (const image of this.#queue.clear()) image.reject(ending());
    await this.#pool.dispose();
  }

  /** Starts the batches that are ready, as many as the workers have room for. */
  #pump(): void {
    clearTimeout(this.#timer);
    const limit = batchesPerWorker * this.#pool.ready;
    while (this.#inProgress.size < limit) {
      // An image that comes while nothing is in progress does not wait for others
      const now = this.#inProgress.size === 0 ? Number.POSITIVE_INFINITY : performance.now();
      const batch = this.#queue.next(now, (model) => this.#pool.workers.some((worker) => this.#has(worker, model)));
      if (batch === undefined) break;
      void this.#run(batch);
    }
    const ready = this.#queue.nextReady();
    const wait = (ready ?? 0) - performance.now();
    if (ready !== undefined && wait > 0 && this.#inProgress.size < limit) {
      this.#timer = setTimeout(() => this.#pump(), wait);
    }
  }

  async #run(batch: PendingBatch): Promise<void> {
    const { model, imgsz, nms, images } = batch;
    const start = performance.now();
    const control = new AbortController();
    this.#inProgress.set(batch, control);
    this.#options.onBatch?.({ model, size: images.length });
    try {
      const sent = images.map(({ content, options, motion, appearance }) => ({
        content,
        options,
        ...(motion && { motion }),
        ...(appearance && { appearance }),
      }));
      const request = { model, imgsz, nms, images: sent };
      const answers = await this.#pool.run("detect", request, {
        timeoutMs: this.#options.batchTimeoutMs,
        signal: control.signal,
        exclusive: images.some(({ isSuspect }) => isSuspect),
        accepts: this.#accepts(model),
      });
      this.#answeredAt = performance.now();
      for (const [i, answer] of answers.entries()) images[i]?.resolve(answer, start - images[i].since);
      this.#pace += 0.1 * ((performance.now() - start) / images.length / batchesPerWorker - this.#pace);
    } catch (error) {
      for (const image of images) {
        if (error instanceof WorkerLostError && !this.#isStopping) this.#tryAlone(image, error);
        else image.reject(this.#failure(error, ""));
      }
    } finally {
      this.#inProgress.delete(batch);
      this.#pump();
    }
  }

  /** Handles an image whose worker died, of it or of another. */
  #tryAlone(image: PendingImage, { cause }: WorkerLostError): void {
    if (image.signal?.aborted) return;
    if (image.isSuspect) {
      const message = `The process that worked on this image died, and another one did with this image alone: ${cause.message}. It is not tried again.`;
      image.resolve({ error: encodeError(new LookonceError("DATA", message)) }, performance.now() - image.since);
      return;
    }
    image.isSuspect = true;
    image.key = `suspect ${++this.#suspects}`;
    this.#queue.push(image);
  }

  async #ping(worker: InferenceWorker): Promise<boolean> {
    const answer = worker.run("ping", undefined, { timeoutMs: this.#options.batchTimeoutMs }).then(() => true);
    return Promise.race([answer, sleep(pingTimeoutMs, false, { ref: false })]);
  }

  async #loadAll(worker: InferenceWorker): Promise<void> {
    for (const request of [...this.#models.values()]) {
      // Its file may have been deleted since: the other models are loaded all the same
      await this.#loadIn(worker, request).catch(() => {});
    }
  }

  async #loadIn(worker: InferenceWorker, request: LoadRequest): Promise<LoadedModel> {
    const loaded = await worker.run("load", request, { timeoutMs: loadTimeoutMs });
    const models = this.#modelsOf.get(worker) ?? new Set();
    if (this.#models.has(request.model)) this.#modelsOf.set(worker, models.add(request.model));
    return loaded;
  }

  async #forget(model: string): Promise<void> {
    this.#models.delete(model);
    await Promise.allSettled(
      this.#pool.workers.map((worker) => {
        this.#modelsOf.get(worker)?.delete(model);
        return worker.run("unload", { model }, { timeoutMs: loadTimeoutMs });
      }),
    );
  }

  #has(worker: InferenceWorker, model: string): boolean {
    return this.#modelsOf.get(worker)?.has(model) ?? false;
  }

  /** Restricts a task to workers that have the model. Where none has it any more, each can report that. */
  #accepts(model: string): (worker: InferenceWorker) => boolean {
    return (worker) => this.#has(worker, model) || !this.#pool.workers.some((other) => this.#has(other, model));
  }

  /** The error of a request: a worker that died is the service's fault. */
  #failure(error: unknown, message: string): unknown {
    if (this.#isStopping) return ending();
    if (!(error instanceof WorkerLostError)) return error;
    return new HttpError(500, "WORKER_LOST", message, { cause: error.cause });
  }

  #full(): HttpError {
    const seconds = Math.max(1, Math.ceil((this.#queue.length * this.#pace) / this.#options.workers / 1000));
    const when = `${seconds} second${seconds === 1 ? "" : "s"}`;
    const message = `The service has as much work as it accepts (${this.#options.maxWaiting} images waiting); try again in ${when}.`;
    return new HttpError(503, "QUEUE_FULL", message, { retryAfter: seconds });
  }
}

function ending(): HttpError {
  return new HttpError(503, "ENDING", "The service stopped before it processed this image.");
}
