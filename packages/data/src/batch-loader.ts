import { type Letterboxed, letterbox, type Picture, readPicture } from "@lookonce/augment";
import { LookonceError } from "@lookonce/errors";
import type { Random } from "@lookonce/random";
import { type Batch, type BatchSample, padTargets } from "./batch.ts";
import type { Dataset, DatasetEntry } from "./dataset.ts";
import { type LoadingRules, resizeForLoading } from "./load-size.ts";
import { PictureCache } from "./picture-cache.ts";
import { type BatchPlan, rectangularBatches } from "./rectangular.ts";

/** Options of {@link BatchLoader}. */
export interface BatchLoaderOptions {
  /** Pictures in a batch. */
  batch: number;
  /** Longer side of the pictures, in pixels. */
  imgsz: number;
  /** Shuffle every epoch anew, from this source of random numbers. Without it, the data set's order. */
  shuffle?: Random;
  /** Group pictures of like shape, as validation does; excludes `shuffle`. Default `false`: square batches. */
  rect?: boolean;
  /** Sides of rectangular batches are multiples of it. Default 32. */
  stride?: number;
  /** Extra border of rectangular batches, in strides. Default 0.5. */
  pad?: number;
  /** Leave out a last batch that is not full. Default `false`. */
  dropLast?: boolean;
  /** Bytes of resized pictures kept in memory for the next epochs. Default 512 MiB; 0 keeps none. */
  cacheBytes?: number;
  /** Batches read ahead while one is in use. Default 2. */
  prefetch?: number;
  /** Whose rounding, resampling and box shifts hold: YOLOv8's, or those of YOLOv5's validation. Default `"v8"`. */
  rules?: LoadingRules;
}

interface Loaded {
  picture: Picture;
  sample: BatchSample;
}

/**
 * Reads a data set in batches: decoded, resized, letterboxed, with padded targets.
 *
 * Decoding runs in sharp's own threads, some batches ahead. The order depends on the random source and the epoch alone.
 * A picture that turns out to be damaged is counted in the data set's report and left out of its batch.
 */
export class BatchLoader implements AsyncIterable<Batch> {
  readonly #dataset: Dataset;
  readonly #options: Required<Omit<BatchLoaderOptions, "shuffle">> & Pick<BatchLoaderOptions, "shuffle">;
  readonly #cache: PictureCache;
  readonly #rectangular: readonly BatchPlan[] | undefined;

  /** @throws LookonceError `ARGUMENT` for options that make no sense */
  constructor(dataset: Dataset, options: BatchLoaderOptions) {
    const defaults = { rect: false, stride: 32, pad: 0.5, dropLast: false, cacheBytes: 512 * 2 ** 20, prefetch: 2 };
    this.#dataset = dataset;
    this.#options = { ...defaults, rules: "v8", ...options };
    checkOptions(this.#options);
    this.#cache = new PictureCache(this.#options.cacheBytes);
    this.#rectangular = this.#options.rect ? rectangularBatches(dataset.entries, this.#options) : undefined;
  }

  /** Number of batches in an epoch. */
  get length(): number {
    const { batch, dropLast } = this.#options;
    const count = this.#dataset.entries.length / batch;
    return dropLast ? Math.floor(count) : Math.ceil(count);
  }

  /** The pictures of every batch of an epoch, by index into the data set, and the batches' sizes. */
  plan(epoch = 0): BatchPlan[] {
    const { batch, imgsz, shuffle } = this.#options;
    if (this.#rectangular !== undefined) return this.#rectangular.slice(0, this.length);
    const count = this.#dataset.entries.length;
    const order = shuffle?.fork("shuffle", epoch).permutation(count) ?? Array.from({ length: count }, (_, i) => i);
    return Array.from({ length: this.length }, (_, i) => ({
      indices: order.slice(i * batch, (i + 1) * batch),
      height: imgsz,
      width: imgsz,
    }));
  }

  /** The batches of an epoch, in order; the next ones are being read while one is in use. */
  async *batches(epoch = 0): AsyncGenerator<Batch, void, void> {
    const plans = this.plan(epoch);
    const ahead: Promise<Batch | undefined>[] = [];
    for (let next = 0, current = 0; current < plans.length; current++) {
      for (; next < plans.length && next <= current + this.#options.prefetch; next++) {
        const reading = this.#read(plans[next] as BatchPlan);
        // Whoever stops early must not be ended by a failure of a batch nobody waits for; the await below still throws
        reading.catch(() => {});
        ahead.push(reading);
      }
      const batch = await ahead.shift();
      if (batch !== undefined) yield batch;
    }
  }

  /** The batches of epoch 0. */
  [Symbol.asyncIterator](): AsyncIterator<Batch> {
    return this.batches(0);
  }

  /** A batch, or nothing when none of its pictures can be read. */
  async #read(plan: BatchPlan): Promise<Batch | undefined> {
    const { height, width } = plan;
    const results = await Promise.all(plan.indices.map((index) => this.#load(index, plan)));
    const loaded = results.filter((result) => result !== undefined);
    if (loaded.length === 0) return undefined;
    const bytes = height * width * 3;
    const images = new Uint8Array(loaded.length * bytes);
    loaded.forEach(({ picture }, i) => {
      images.set(picture.data, i * bytes);
    });
    const samples = loaded.map(({ sample }) => sample);
    return { images, count: loaded.length, height, width, targets: padTargets(samples), samples };
  }

  async #load(index: number, { height, width }: BatchPlan): Promise<Loaded | undefined> {
    const entry = this.#dataset.entries[index] as DatasetEntry;
    const resized = this.#cache.get(index) ?? (await this.#readResized(entry, index));
    if (resized === undefined) return undefined;
    const boxed = letterbox(resized, { size: [height, width], scaleUp: false });
    return { picture: boxed.picture, sample: this.#place(entry, { index, resized, boxed }) };
  }

  async #readResized(entry: DatasetEntry, index: number): Promise<Picture | undefined> {
    let picture: Picture;
    try {
      picture = await readPicture(entry.path);
    } catch (error) {
      if (!(error instanceof LookonceError) || error.code === "IO") throw error;
      this.#dataset.markCorrupt(entry.path, error.message);
      return undefined;
    }
    const resized = resizeForLoading(picture, this.#options.imgsz, this.#options.rules);
    this.#cache.add(index, resized);
    return resized;
  }

  #place(entry: DatasetEntry, { index, resized, boxed }: { index: number; resized: Picture; boxed: Letterboxed }) {
    const { path, width: originalWidth, height: originalHeight, classes } = entry;
    const scale: [number, number] = [resized.width * boxed.ratio[0], resized.height * boxed.ratio[1]];
    const padding = this.#options.rules === "v5" ? boxed.exactPadding : boxed.padding;
    const ratio: [number, number] = [scale[0] / originalWidth, scale[1] / originalHeight];
    const boxes = cornersInPixels(entry.boxes, scale, padding);
    return { index, path, originalWidth, originalHeight, ratio, padding, boxes, classes };
  }
}

/** Corners in pixels from rows of centre and size in fractions of a picture of the given size at the given place. */
function cornersInPixels(rows: Float32Array, [width, height]: [number, number], [left, top]: [number, number]) {
  const corners = new Float32Array(rows.length);
  for (let i = 0; i < rows.length; i += 4) {
    const [cx, cy] = [rows[i] as number, rows[i + 1] as number];
    const [w, h] = [rows[i + 2] as number, rows[i + 3] as number];
    corners[i] = (cx - w / 2) * width + left;
    corners[i + 1] = (cy - h / 2) * height + top;
    corners[i + 2] = (cx + w / 2) * width + left;
    corners[i + 3] = (cy + h / 2) * height + top;
  }
  return corners;
}

function checkOptions(options: Required<Omit<BatchLoaderOptions, "shuffle">> & Pick<BatchLoaderOptions, "shuffle">) {
  for (const key of ["batch", "imgsz", "stride"] as const) {
    if (!Number.isInteger(options[key]) || options[key] < 1) {
      throw new LookonceError("ARGUMENT", `${key} must be a whole number of at least 1, not ${options[key]}.`);
    }
  }
  for (const key of ["cacheBytes", "prefetch", "pad"] as const) {
    if (!(options[key] >= 0)) throw new LookonceError("ARGUMENT", `${key} must be at least 0, not ${options[key]}.`);
  }
  if (options.rect && options.shuffle !== undefined) {
    throw new LookonceError(
      "ARGUMENT",
      "rect batches are sorted by shape and cannot be shuffled: drop one of the two.",
    );
  }
}
