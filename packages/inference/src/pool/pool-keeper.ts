import { availableParallelism } from "node:os";
import type { LetterboxOptions } from "@lookonce/image";
import type { Detector } from "../detector/detector.ts";
import { DetectionPool, tasksAhead } from "./detection-pool.ts";
import { lanesFor } from "./lanes.ts";

/** Options of {@link PoolKeeper}. */
export interface PoolKeeperOptions {
  letterbox: LetterboxOptions;
  /** Worker threads asked for; 0 for none. */
  workers: number | undefined;
  /** Threads that the network may use. */
  threads: number | undefined;
}

/** So many images are worth the start of worker threads, which takes as long as a dozen of them. */
const worthwhile = 24;

/** Images that a thread of its own prepares while the network, which is elsewhere, looks at one. */
const mostPreparing = 4;

/** Starts worker threads when there are enough images for them, and not before. */
export class PoolKeeper {
  readonly #detector: Detector;
  readonly #options: PoolKeeperOptions;
  #pool: DetectionPool | undefined;
  #starting: Promise<void> | undefined;
  #seen = 0;
  #disposed = false;

  constructor(detector: Detector, options: PoolKeeperOptions) {
    this.#detector = detector;
    this.#options = options;
  }

  /** Groups of images that may be under way. */
  get ahead(): number {
    return this.#pool?.ready ? this.#pool.size * tasksAhead : tasksAhead;
  }

  /** Tells how many images a run has, if that is known. */
  expect(count: number | undefined): void {
    this.#seen = 0;
    if (count !== undefined && count >= this.#enough) this.#start();
  }

  /** The pool, as soon as there is one that can take images; until then they are looked at without. */
  async poolFor(count: number): Promise<DetectionPool | undefined> {
    this.#seen += count;
    if (this.#seen >= this.#enough) this.#start();
    // Who asks for threads waits for them
    if (this.#options.workers !== undefined) await this.#starting;
    return this.#pool?.ready || this.#options.workers !== undefined ? this.#pool : undefined;
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#starting?.catch(() => {});
    await this.#pool?.dispose();
  }

  get #enough(): number {
    const { workers } = this.#options;
    if (workers === undefined) return worthwhile;
    return workers === 0 ? Number.POSITIVE_INFINITY : 1;
  }

  #start(): void {
    this.#starting ??= this.#makePool();
    this.#starting.catch(() => {});
  }

  async #makePool(): Promise<void> {
    const { letterbox, workers, threads } = this.#options;
    const cores = threads ?? availableParallelism();
    const spec = await this.#detector.spec?.();
    if (this.#disposed) return;
    if (spec === undefined) {
      const size = workers ?? Math.max(1, Math.min(mostPreparing, availableParallelism() - 1));
      this.#pool = new DetectionPool({ letterbox, spec, threads: 1 }, size);
      return;
    }
    const modelBytes = spec.kind === "maps" ? spec.model.length : spec.bytes;
    const lanes = lanesFor({ cores, modelBytes, ...(workers === undefined ? {} : { wanted: workers }) });
    this.#pool = new DetectionPool({ letterbox, spec, threads: lanes.threads }, lanes.workers);
  }
}
