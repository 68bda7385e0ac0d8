import type { DetectOptions } from "lookonce";
import type { DetectAnswer } from "./inference-tasks.ts";

/** An image that waits for a worker. */
export interface PendingImage {
  /** Images of the same key can be in one batch: same model, and same size for the network. */
  readonly key: string;
  readonly model: string;
  readonly imgsz: number;
  readonly file: Uint8Array;
  /** Number of pixels once decoded. */
  readonly pixels: number;
  readonly options: DetectOptions;
  /** When it arrived, in milliseconds. */
  readonly since: number;
  resolve(answer: DetectAnswer, waited: number): void;
  reject(error: unknown): void;
}

/** Images that one worker processes at once. */
export interface PendingBatch {
  readonly model: string;
  readonly imgsz: number;
  readonly images: readonly PendingImage[];
}

/** Options of {@link BatchQueue}. */
export interface BatchQueueOptions {
  /** Maximum number of images in a batch. */
  batch: number;
  /** Milliseconds that an image may wait for others to join it. */
  window: number;
  /** Maximum number of pixels of a batch's images together; an image with more is a batch of its own. */
  maxPixels: number;
}

/** The waiting images of one key, in the order of arrival; never empty. */
type Group = [PendingImage, ...PendingImage[]];

/** Waiting images, gathered into batches: the image that has waited longest leads the next one. */
export class BatchQueue {
  readonly #options: BatchQueueOptions;
  readonly #groups: Map<string, Group> = new Map();
  #length = 0;

  constructor(options: BatchQueueOptions) {
    this.#options = options;
  }

  /** Number of images that wait. */
  get length(): number {
    return this.#length;
  }

  push(image: PendingImage): void {
    const group = this.#groups.get(image.key);
    if (group === undefined) this.#groups.set(image.key, [image]);
    else group.push(image);
    this.#length++;
  }

  /** Removes an image that is no longer wanted; returns whether it was waiting. */
  remove(image: PendingImage): boolean {
    const group = this.#groups.get(image.key);
    const index = group?.indexOf(image) ?? -1;
    if (group === undefined || index < 0) return false;
    this.#splice(group, index, 1);
    return true;
  }

  /** Removes and returns all images. */
  clear(): PendingImage[] {
    const images = [...this.#groups.values()].flat();
    this.#groups.clear();
    this.#length = 0;
    return images;
  }

  /** All images that wait for a model. */
  of(model: string): PendingImage[] {
    return [...this.#groups.values()].flat().filter((image) => image.model === model);
  }

  /**
   * Removes and returns the next batch, if one is ready: it is full, or the image that leads it has waited for its window.
   *
   * @param now milliseconds on the clock of `PendingImage.since`
   * @param has whether any worker has a model
   */
  next(now: number, has: (model: string) => boolean = () => true): PendingBatch | undefined {
    const ready = [...this.#groups.values()].filter((group) => this.#readyAt(group) <= now && has(group[0].model));
    const [first] = ready.sort(([a], [b]) => a.since - b.since);
    return first === undefined ? undefined : this.#batchOf(first);
  }

  /** When {@link next} will return a batch, if no image is added; `undefined` while nothing waits. */
  nextReady(): number | undefined {
    const times = [...this.#groups.values()].map((group) => this.#readyAt(group));
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #readyAt(group: Group): number {
    return group.length >= this.#options.batch ? Number.NEGATIVE_INFINITY : group[0].since + this.#options.window;
  }

  #batchOf(group: Group): PendingBatch {
    const [{ model, imgsz }] = group;
    let [count, pixels] = [0, 0];
    for (const image of group.slice(0, this.#options.batch)) {
      pixels += image.pixels;
      if (count > 0 && pixels > this.#options.maxPixels) break;
      count++;
    }
    return { model, imgsz, images: this.#splice(group, 0, count) };
  }

  #splice(group: Group, start: number, count: number): PendingImage[] {
    const [{ key }] = group;
    const removed = group.splice(start, count);
    if (group.length === 0) this.#groups.delete(key);
    this.#length -= count;
    return removed;
  }
}
