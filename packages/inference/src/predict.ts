import { LookonceError } from "@lookonce/errors";
import { type FitOptions, readImageSize } from "@lookonce/image";
import { openSource } from "#open-source";
import type { DetectionThreads } from "#pool";
import { type DetectedImage, detectPrepared, prepareImage, type ResolvedDetectOptions } from "./detect.ts";
import type { Detector } from "./detector/detector.ts";
import type { ThreadResult } from "./pool/detection-tasks.ts";
import { readAhead } from "./read-ahead.ts";
import { Results } from "./results.ts";
import { isPixels, type OpenSourceOptions, type Source, type SourceItem } from "./sources/source.ts";

/** An image that could not be read. */
export interface SkippedImage {
  path: string;
  /** Why it could not be read. */
  reason: string;
}

/** What a predictor runs. */
export interface PredictContext {
  detector: Detector;
  /** How images become the network's input. */
  fit: FitOptions;
  /** Threads that prepare images and, on the CPU, run the network on them. */
  threads: DetectionThreads;
}

/** Resolved options of one call of `predict`. */
export interface PredictSpec {
  detect: ResolvedDetectOptions;
  /** Images in a batch. */
  batch: number;
  source: OpenSourceOptions;
}

/** Results of a source's images, one after the other. It can be iterated once. */
export class PredictionRun implements AsyncIterable<Results> {
  /** Images that could not be read, so far. */
  readonly skipped: SkippedImage[] = [];
  readonly #source: Source;
  readonly #context: PredictContext;
  readonly #spec: PredictSpec;

  constructor(source: Source, context: PredictContext, spec: PredictSpec) {
    this.#source = source;
    this.#context = context;
    this.#spec = spec;
  }

  /** The route of every prediction: source → image → fitting → engine → decode → NMS → `Results`. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Results, void, undefined> {
    const { detector, threads } = this.#context;
    const { detect, batch, source: options } = this.#spec;
    const left = new AbortController();
    const signal = options.signal === undefined ? left.signal : AbortSignal.any([left.signal, options.signal]);
    const source = await openSource(this.#source, { ...options, signal });
    // Of a camera the current frame is wanted, not the one from when its turn was near
    const { live } = source;
    if (!live) threads.expect(source.count);
    // What comes with its pixels or bytes uses memory from then on: the next of it is read when its turn comes
    let hasContent = true;
    const measured = readAhead(source, {
      group: 1,
      ahead: () => (hasContent ? 0 : batch * threads.ahead),
      start: ([item]) => {
        hasContent = typeof item?.content === "object";
        return measure(item as SourceItem);
      },
    });
    const groups = readAhead(measured, {
      group: live ? 1 : batch,
      ahead: () => (live ? 1 : threads.ahead),
      weigh: ({ pixels }) => pixels,
      maxWeight: () => pixelsPerTask * Math.max(4, threads.ahead),
      start: (some) =>
        prepareItems(
          some.map(({ item }) => item),
          this.#context,
          detect,
        ),
      stop: () => left.abort(),
    });
    for await (const pending of groups) {
      for (const result of await detectPending(detector, pending, detect)) {
        if (result instanceof Results) yield result;
        else if (source.single) throw result.error;
        else this.skipped.push({ path: result.item.path, reason: result.error.message });
      }
    }
  }

  /** Collects all results. */
  async toArray(): Promise<Results[]> {
    const results: Results[] = [];
    for await (const result of this) results.push(result);
    return results;
  }
}

/** Pixels that may be decoded and waiting for each task of a thread, at 3 bytes each; a larger image is decoded alone. */
const pixelsPerTask = 25_000_000;

/** Fetches an image if need be, and reads from its header how many pixels it has; 0 where that cannot be read. */
async function measure(item: SourceItem): Promise<{ item: SourceItem; pixels: number }> {
  let { content } = item;
  try {
    if (typeof content === "function") content = await content();
    const { width, height } = isPixels(content) ? content : await readImageSize(content);
    return { item: { ...item, content }, pixels: width * height };
  } catch (error) {
    if (!(error instanceof LookonceError)) throw error;
    // Of what was fetched the decoder says what is wrong
    return {
      item: { ...item, content: typeof content === "function" ? () => Promise.reject(error) : content },
      pixels: 0,
    };
  }
}

/** What the results of an image are named after. */
export type ItemName = Omit<SourceItem, "content" | "name"> & { name?: string };

/** An image that could not be read. */
interface FailedImage {
  item: ItemName;
  error: LookonceError;
}

/** An image on its way: detected by a thread, or prepared, or not readable. */
export type PendingImage = { item: ItemName } & ThreadResult;

/** Prepares images in threads where there are enough of them, else here. Threads on the CPU run the network, too. */
async function prepareItems(
  items: readonly SourceItem[],
  { fit, threads }: PredictContext,
  options: ResolvedDetectOptions,
): Promise<PendingImage[]> {
  const results = (await threads.detect(items, options))?.values();
  return Promise.all(
    items.map(async ({ content, ...item }) => {
      const result = results?.next().value;
      return result === undefined ? prepareItem(item, content, fit) : { item, ...result };
    }),
  );
}

/** Reads an image and fits it into the network's input on this thread. */
export async function prepareItem(
  item: ItemName,
  content: SourceItem["content"],
  fit: FitOptions,
): Promise<PendingImage> {
  try {
    return { item, prepared: await prepareImage(typeof content === "function" ? await content() : content, fit) };
  } catch (error) {
    if (error instanceof LookonceError) return { item, error };
    throw error;
  }
}

/** Runs the network on images that are only prepared, with options for all or for each. Images that failed stay. */
export async function detectPending(
  detector: Detector,
  pending: readonly PendingImage[],
  options: ResolvedDetectOptions | readonly ResolvedDetectOptions[],
): Promise<(Results | FailedImage)[]> {
  const tasks = pending.flatMap((one, i) => {
    if (!("prepared" in one)) return [];
    return [{ prepared: one.prepared, options: "length" in options ? (options[i] ?? {}) : options }];
  });
  const detected = (await detectPrepared(detector, tasks)).values();
  return pending.map((one) => {
    if ("error" in one) return one;
    const image = "prepared" in one ? one.prepared.image : one.image;
    const { detections: boxes, ...rest } = "prepared" in one ? (detected.next().value as DetectedImage) : one.detected;
    const { width, height } = image.original ?? image;
    const entries = detector.task?.entries(boxes, { width, height }) ?? {};
    return new Results({ ...one.item, ...rest, image, boxes, entries, names: detector.names });
  });
}
