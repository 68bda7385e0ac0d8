import type { DetectAnswer, SentContent } from "./inference-tasks.ts";

/** An image that waits for a worker. */
export interface PendingImage extends SentContent {
  /** Images of the same key can be in one batch: same model and branch, and same size for the network. */
  key: string;
  readonly model: string;
  readonly imgsz: number;
  readonly nms: boolean;
  readonly pixels: number;
  /** When it arrived, in milliseconds. */
  readonly since: number;
  /** Whether it was in a process that died: it is tried once more, alone in a process. */
  isSuspect?: boolean;
  /** Aborts when nobody waits for it any more. */
  readonly signal?: AbortSignal;
  resolve(answer: DetectAnswer, waited: number): void;
  reject(error: unknown): void;
}

/** Images that one worker processes at once. */
export interface PendingBatch {
  readonly model: string;
  readonly imgsz: number;
  readonly nms: boolean;
  readonly images: readonly PendingImage[];
}

export interface BatchQueueOptions {
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
  #images: PendingImage[] = [];

  constructor(options: BatchQueueOptions) {
    this.#options = options;
  }

  get length(): number {
    return this.#images.length;
  }

  push(image: PendingImage): void {
    this.#images.push(image);
  }

  /** Removes an image that is no longer wanted; returns whether it was waiting. */
  remove(image: PendingImage): boolean {
    const index = this.#images.indexOf(image);
    if (index >= 0) this.#images.splice(index, 1);
    return index >= 0;
  }

  clear(): PendingImage[] {
    return this.#images.splice(0);
  }

  of(model: string): PendingImage[] {
    return this.#images.filter((image) => image.model === model);
  }

  /**
   * Removes and returns the next batch, if one is ready: it is full, or the image that leads it has waited for its window.
   *
   * @param now milliseconds on the clock of `PendingImage.since`
   * @param has whether any worker has a model
   */
  next(now: number, has: (model: string) => boolean = () => true): PendingBatch | undefined {
    const ready = this.#groups().filter((group) => this.#readyAt(group) <= now && has(group[0].model));
    const [group] = ready.sort(([a], [b]) => a.since - b.since);
    if (group === undefined) return undefined;
    let [count, pixels] = [0, 0];
    for (const image of group.slice(0, this.#options.batch)) {
      pixels += image.pixels;
      if (count > 0 && pixels > this.#options.maxPixels) break;
      count++;
    }
    const images = new Set(group.slice(0, count));
    this.#images = this.#images.filter((image) => !images.has(image));
    return { model: group[0].model, imgsz: group[0].imgsz, nms: group[0].nms, images: [...images] };
  }

  /** When {@link next} will return a batch, if no image is added; `undefined` while nothing waits. */
  nextReady(): number | undefined {
    const times = this.#groups().map((group) => this.#readyAt(group));
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #groups(): Group[] {
    const groups = new Map<string, Group>();
    for (const image of this.#images) {
      const group = groups.get(image.key);
      if (group === undefined) groups.set(image.key, [image]);
      else group.push(image);
    }
    return [...groups.values()];
  }

  #readyAt(group: Group): number {
    return group.length >= this.#options.batch ? Number.NEGATIVE_INFINITY : group[0].since + this.#options.window;
  }
}
