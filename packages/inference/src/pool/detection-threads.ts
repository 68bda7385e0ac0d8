import { availableParallelism } from "node:os";
import { decodeError, LookonceError } from "@lookonce/errors";
import type { FitOptions } from "@lookonce/image";
import { WorkerLostError, WorkerPool } from "@lookonce/worker-pool";
import type { ResolvedDetectOptions } from "../detect.ts";
import type { Detector } from "../detector/detector.ts";
import { type ImageSource, isPixels, type SourceItem } from "../sources/source.ts";
import { type DetectionTasks, memoryOf, type ThreadResult, type WorkerSetup } from "./detection-tasks.ts";
import { workerAddress } from "./worker-address.ts";

export interface DetectionThreadsOptions {
  fit: FitOptions;
  /** Number of worker threads; 0 for none. Default: see {@link threadCounts}, once there are enough images. */
  workers: number | undefined;
  /** Threads that the network may use. */
  threads: number | undefined;
}

/** Tasks that a worker has at once: one whose network runs, and one that is read and decoded meanwhile. */
const tasksPerWorker = 2;

/** From this number of images on, worker threads are started, which lasts as long as detecting in a dozen. */
const minImages = 24;

/** Maximum number of threads that only prepare images, for a network that runs elsewhere. */
const maxPreparing = 4;

/** Worker threads that prepare images and, on the CPU, run the network on them. They start when there are enough images. */
export class DetectionThreads {
  readonly #detector: Detector;
  readonly #options: DetectionThreadsOptions;
  readonly #minImages: number;
  #pool: WorkerPool<DetectionTasks> | undefined;
  #maxTasks = tasksPerWorker;
  #starting: Promise<void> | undefined;
  #seen = 0;
  #isDisposed = false;

  constructor(detector: Detector, options: DetectionThreadsOptions) {
    this.#detector = detector;
    this.#options = options;
    const { workers } = options;
    this.#minImages = workers === undefined ? minImages : workers === 0 ? Number.POSITIVE_INFINITY : 1;
  }

  /** Number of groups of images that may be pending. */
  get ahead(): number {
    return this.#pool?.ready ? this.#maxTasks : tasksPerWorker;
  }

  /** Announces how many images a run has, if that is known. */
  expect(count: number | undefined): void {
    this.#seen = 0;
    if (count !== undefined) this.#startFor(count);
  }

  /**
   * Processes images in a worker thread.
   *
   * @returns a result for each image; `undefined` while no thread is ready, unless a number of threads was asked for
   * @throws LookonceError `DATA` when threads died of them
   */
  async detect(items: readonly SourceItem[], options: ResolvedDetectOptions): Promise<ThreadResult[] | undefined> {
    this.#seen += items.length;
    this.#startFor(this.#seen);
    if (this.#options.workers !== undefined) await this.#starting;
    else if (!this.#pool?.ready) return undefined;
    if (this.#pool === undefined) return undefined;
    const fetched = await Promise.all(items.map(fetchContent));
    const images = fetched.flatMap((content) => (content instanceof LookonceError ? [] : [content]));
    // Frames of a video are nobody else's: their memory can move
    const frames = fetched.flatMap((content, i) => (items[i]?.video && isPixels(content) ? [content] : []));
    try {
      const outcomes = (await this.#pool.run("detect", { images, options }, { transfer: memoryOf(frames) })).values();
      return fetched.map((content) => {
        if (content instanceof LookonceError) return { error: content };
        const { value: outcome } = outcomes.next();
        if (outcome === undefined) throw new Error("a worker left an image out");
        if (!("error" in outcome)) return outcome;
        const error = decodeError(outcome.error);
        if (error instanceof LookonceError) return { error };
        throw error;
      });
    } catch (error) {
      if (this.#isDisposed) throw new LookonceError("ARGUMENT", "The predictor has been disposed of.");
      if (!(error instanceof WorkerLostError)) throw error;
      const { cause } = error;
      const message = `A worker thread died while it processed images: ${cause.message}. Set workers: 0 to run without such threads.`;
      throw new LookonceError("DATA", message, { cause });
    }
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await this.#starting?.catch(() => {});
    await this.#pool?.dispose();
  }

  #startFor(count: number): void {
    if (count < this.#minImages) return;
    this.#starting ??= this.#start();
    this.#starting.catch(() => {});
  }

  async #start(): Promise<void> {
    const { fit, workers, threads: cores = availableParallelism() } = this.#options;
    const spec = await this.#detector.spec?.();
    if (this.#isDisposed) return;
    const counts =
      spec === undefined
        ? { workers: workers ?? Math.max(1, Math.min(maxPreparing, availableParallelism() - 1)), threads: 1 }
        : threadCounts({ cores, modelBytes: spec.kind === "maps" ? spec.model.length : spec.bytes, workers });
    const workerData: WorkerSetup = { fit, spec, threads: counts.threads };
    this.#maxTasks = counts.workers * tasksPerWorker;
    this.#pool = new WorkerPool({
      program: workerAddress,
      name: "lookonce predictor",
      workerData,
      maxWorkers: counts.workers,
      maxTasksPerWorker: tasksPerWorker,
    });
    this.#pool.spawnAll();
  }
}

async function fetchContent({ content }: SourceItem): Promise<ImageSource | LookonceError> {
  if (typeof content !== "function") return content;
  try {
    return await content();
  } catch (error) {
    if (error instanceof LookonceError) return error;
    throw error;
  }
}

/** Each worker stores the network and its working memory. */
const maxWorkers = 8;

/** Of all copies of the network. */
const maxModelBytes = 2 ** 30;

interface Machine {
  cores: number;
  modelBytes: number;
  /** Fixed number of workers. */
  workers?: number | undefined;
}

/**
 * Number of workers that run a network side by side, and of threads in each. One image per core is faster than all cores on
 * one image, because threads of one operator wait for each other. So there is one worker per core, fewer where the network is
 * large, and the remaining cores are shared among them.
 */
export function threadCounts(options: Machine): { workers: number; threads: number } {
  const { cores, modelBytes } = options;
  const affordable = Math.max(1, Math.floor(maxModelBytes / Math.max(1, modelBytes)));
  const workers = options.workers ?? Math.max(1, Math.min(cores, maxWorkers, affordable));
  return { workers, threads: Math.max(1, Math.floor(cores / workers)) };
}
