import { defaultImgsz } from "@lookonce/config";
import { BatchLoader, type Dataset, imagesOf, type MaskOptions } from "@lookonce/data";
import { detect, familyOf, inputOf, taskOf } from "@lookonce/families";
import type { BatchDetector, Detector } from "@lookonce/inference";
import type { Criterion } from "@lookonce/loss";
import type { DetectionModel } from "@lookonce/nn";
import type { Losses } from "../train-step.ts";
import { UnreadableCounter } from "../unreadable-images.ts";
import { createDetector } from "./create-detector.ts";
import { requireClasses, requireKeypoints } from "./require-fit.ts";
import { type Scoring, scoreBatch } from "./score-batch.ts";
import type { ValidationCallbacks } from "./validation-callbacks.ts";
import { ValidationLoss } from "./validation-loss.ts";
import type { ValidationPart } from "./validation-part.ts";
import type { ValidationResult } from "./validation-result.ts";

/** Options of {@link Validator.run}. */
export interface ValidationRunOptions {
  /** Called for every batch with its detections: `cocoJson`, `labelFiles`, `validationPlots`. */
  callbacks?: readonly ValidationCallbacks[];
  /** Called before the first batch and after every one. */
  onProgress?: ((progress: { done: number; batches: number }) => void | Promise<void>) | undefined;
  /** Stops validation; it throws the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Options of {@link Validator.runPart}: which batches. */
export interface ValidationPartOptions extends ValidationRunOptions {
  /** Number of the first batch. */
  from: number;
  /** Number of the batch after the last. */
  to: number;
}

/** What was measured of some batches. */
interface Gathered {
  metrics: Scoring["metrics"];
  spent: ValidationResult["speed"];
  losses: Losses[];
}

/** Options of {@link validate}. */
export interface ValidateOptions extends ValidationRunOptions {
  /** Longer side of the images, in pixels; of classifiers the side of the square. Default 640, of classifiers 224. */
  imgsz?: number;
  /** Images in a batch. Default 16. */
  batch?: number;
  /** Detections of at most this confidence do not count. Default 0.001, of oriented boxes 0.01. */
  conf?: number;
  /** IoU from which on a box suppresses another. Default 0.7 for YOLOv8, 0.6 for YOLOv5. */
  iou?: number;
  /** Most detections an image. Default 300; from YOLOv9 on the most labels of an image, if those are more. */
  maxDet?: number;
  /** Batches of images of similar shape, with little padding. Default true. */
  rect?: boolean;
  /** Whether a box counts for each class that is likely enough, not for the likeliest alone. Default true. */
  multiLabel?: boolean;
  /** Whether duplicates are suppressed; `false` uses the head's one-to-one branch. Default true; exported files have one branch. */
  nms?: boolean | undefined;
  /** Threads that prefetch images. Default: that of `BatchLoader`. */
  workers?: number;
  /** Where decoded images are kept, as for training. Default `none`: they are needed once. */
  cache?: "auto" | "ram" | "disk" | "none";
}

/** Options of {@link Validator}. */
export interface ValidatorOptions extends Omit<ValidateOptions, keyof ValidationRunOptions> {
  /** How outlines become masks, where labels are outlines. Default: that of `BatchLoader`. */
  masks?: MaskOptions;
  /** Measures losses, too; a model's own criterion. */
  criterion?: Criterion;
}

/**
 * Scores a model on a data set with the rules of its family: rectangular batches, several classes a box, precision and
 * recall at the confidence of the best mean F1, average precision from 101 recalls (YOLOv5 7.0, YOLOv8 8.3).
 *
 * The model is not changed; a fused copy computes.
 *
 * @throws LookonceError `DATA` when model and data set have different numbers of classes or of keypoints
 */
export async function validate(
  model: DetectionModel,
  dataset: Dataset,
  { callbacks, onProgress, signal, cache = "none", ...options }: ValidateOptions = {},
): Promise<ValidationResult> {
  const validator = new Validator(dataset, model, { cache, ...options });
  try {
    return await validator.run(model, { callbacks, onProgress, signal });
  } finally {
    await validator.dispose();
  }
}

/**
 * Scores a detector of any kind, such as that of an exported file, as {@link validate} does a model.
 *
 * @param options `workers` only read images: threads that run the network are for the caller to start
 * @throws LookonceError `DATA` when detector and data set have different numbers of classes
 */
export async function validateDetector(
  detector: Omit<Detector, "spec" | "dispose">,
  dataset: Dataset,
  { callbacks, onProgress, signal, cache = "none", ...options }: ValidateOptions = {},
): Promise<ValidationResult> {
  const { family, task = detect, stride, names } = detector;
  requireClasses(dataset, names.length);
  const kind = { family: family.name, task: task.name, maxStride: stride };
  const validator = new Validator(dataset, kind, { cache, ...options });
  try {
    return await validator.measure(detector, { callbacks, onProgress, signal });
  } finally {
    await validator.dispose();
  }
}

type ModelKind = Pick<DetectionModel, "family" | "task" | "maxStride">;

/** Validates models of one architecture on one data set repeatedly, with the same threads and decoded images. */
export class Validator {
  readonly #dataset: Dataset;
  readonly #kind: ModelKind;
  readonly #options: ValidatorOptions;
  readonly #loader: BatchLoader;
  readonly #unreadable: UnreadableCounter;
  readonly #losses: ValidationLoss | undefined;

  /** @param model one of the models to validate */
  constructor(dataset: Dataset, model: ModelKind, options: ValidatorOptions) {
    const { imgsz = defaultImgsz(model.task), batch = 16, rect = true, cache = "auto" } = options;
    const { loading, valMaskRatio } = familyOf(model.family);
    const { workers, criterion, masks = { ratio: valMaskRatio, overlap: true } } = options;
    const { fit } = inputOf(taskOf(model.task), model.family);
    this.#dataset = dataset;
    this.#kind = model;
    this.#options = options;
    this.#unreadable = new UnreadableCounter(dataset.entries.length);
    this.#loader = new BatchLoader(dataset, {
      ...{ batch, imgsz, rect, workers, cache, loading, fit, stride: model.maxStride },
      masks,
      onUnreadable: (image) => this.#unreadable.add(image),
    });
    this.#losses = criterion && new ValidationLoss(criterion);
  }

  /** Scores a model as {@link validate} does. */
  async run(model: DetectionModel, options: ValidationRunOptions = {}): Promise<ValidationResult> {
    return this.#with(model, options, (detector) => this.measure(detector, options));
  }

  /** Measures some batches of a model; the parts of all batches are {@link merge}d, here or elsewhere. */
  async runPart(model: DetectionModel, options: ValidationPartOptions): Promise<ValidationPart> {
    return this.#with(model, options, (detector) => this.measurePart(detector, options));
  }

  /** Scores a detector of the architecture, which stays the caller's. */
  async measure(
    detector: Pick<BatchDetector, "detect">,
    options: ValidationRunOptions = {},
  ): Promise<ValidationResult> {
    const result = this.#resultOf(await this.#gather(detector, { ...options, from: 0, to: this.batches }));
    for (const one of options.callbacks ?? []) await one.onValEnd?.(result);
    return result;
  }

  /** Measures some batches of a detector. Callbacks get the start and their batches, and no end. */
  async measurePart(detector: Pick<BatchDetector, "detect">, options: ValidationPartOptions): Promise<ValidationPart> {
    const { metrics, spent, losses } = await this.#gather(detector, options);
    return { state: metrics.state(), spent, losses, unreadable: this.#unreadable.entries };
  }

  /**
   * Merges the parts of a validation, in the order of their batches. Scores and losses are the same bits as of one
   * measurement.
   */
  merge(parts: readonly ValidationPart[]): ValidationResult {
    const { metrics } = this.#scoring();
    const spent = { preprocess: 0, inference: 0, postprocess: 0 };
    const losses: Losses[] = [];
    this.#unreadable.startEpoch();
    for (const part of parts) {
      metrics.merge(part.state);
      for (const stage of Object.keys(spent) as (keyof typeof spent)[]) spent[stage] += part.spent[stage];
      losses.push(...part.losses);
      for (const [path, reason] of part.unreadable) this.#unreadable.add({ path, reason });
    }
    return this.#resultOf({ metrics, spent, losses });
  }

  /** Number of batches. */
  get batches(): number {
    return this.#loader.length;
  }

  /** Creates a detector of a model for an action. */
  async #with<T>(
    model: DetectionModel,
    { from = 0, to = this.batches }: Partial<ValidationPartOptions>,
    action: (detector: BatchDetector) => Promise<T>,
  ): Promise<T> {
    requireClasses(this.#dataset, model.nc);
    requireKeypoints(this.#dataset, model.head.keypointShape);
    const losses = this.#losses;
    const images = Math.min(this.#dataset.entries.length, (to - from) * (this.#options.batch ?? 16));
    // Images are read while the network is compiled
    this.#loader.prepare(0, { from, to });
    const detector = await createDetector(model, { raw: losses !== undefined, images, nms: this.#options.nms });
    try {
      return await (losses === undefined ? action(detector) : losses.withoutTrace(() => action(detector)));
    } finally {
      await detector.dispose();
    }
  }

  #scoring(): Scoring & { conf: number } {
    const { names } = this.#dataset;
    const task = taskOf(this.#kind.task);
    const { nms, scoring: rules } = familyOf(this.#kind.family);
    const val = { ...nms.val, ...task.valNms };
    const most = rules.raisesMaxDet ? maxLabels(this.#dataset) : 0;
    const { conf = val.conf, iou = val.iou, maxDet = Math.max(val.maxDet, most), multiLabel = true } = this.#options;
    const metrics = task.createMetrics(names, { scoring: rules, conf });
    return { task, metrics, nms: { conf, iou, maxDet, multiLabel }, clipsBoxes: rules.clipsBoxes, conf };
  }

  async #gather(
    detector: Pick<BatchDetector, "detect">,
    { callbacks = [], onProgress, signal, from, to }: ValidationPartOptions,
  ): Promise<Gathered> {
    const scoring = this.#scoring();
    const spent = { preprocess: 0, inference: 0, postprocess: 0 };
    const losses: Losses[] = [];
    const batches = to - from;
    let done = 0;
    this.#unreadable.startEpoch();
    const { names } = this.#dataset;
    for (const one of callbacks) await one.onValStart?.({ task: this.#kind.task, batches: this.batches, names });
    await onProgress?.({ done, batches });
    let waiting = performance.now();
    for await (const batch of this.#loader.batches(0, { from, to, signal })) {
      const start = performance.now();
      const { predictions, raw = [], prepareMs, inferenceMs } = await detector.detect(imagesOf(batch), scoring.conf);
      const ready = performance.now();
      const scored = scoreBatch(predictions, batch.samples, scoring);
      spent.preprocess += start - waiting + prepareMs;
      spent.inference += inferenceMs;
      spent.postprocess += performance.now() - ready;
      if (this.#losses !== undefined) losses.push(await this.#losses.of(batch, raw));
      for (const one of callbacks) await one.onValBatch?.({ number: from + done, batch, ...scored });
      done++;
      await onProgress?.({ done, batches });
      waiting = performance.now();
    }
    return { metrics: scoring.metrics, spent, losses };
  }

  #resultOf({ metrics, spent, losses }: Gathered): ValidationResult {
    const task = taskOf(this.#kind.task);
    const scores = metrics.result();
    const speed = dividedBy(Math.max(1, scores.images), spent);
    const { current: unreadable } = this.#unreadable;
    const sums: Record<string, number> = {};
    for (const one of losses) for (const [part, value] of Object.entries(one)) sums[part] = (sums[part] ?? 0) + value;
    return {
      ...{ ...scores, task: task.name, table: task.table(scores), speed, ...(unreadable && { unreadable }) },
      ...(this.#losses && { losses: dividedBy(losses.length, sums) }),
    } as ValidationResult;
  }

  /** @throws LookonceError `DATA` when too many images could not be read in the last run */
  checkUnreadable(): void {
    this.#unreadable.check(
      "Scores of so few images mislead: resume the training when they are back, or start it anew.",
    );
  }

  async dispose(): Promise<void> {
    await this.#loader.dispose();
  }
}

/** The most labels of an image. */
function maxLabels({ entries }: Pick<Dataset, "entries">): number {
  return entries.reduce((most, { classes }) => Math.max(most, classes.length), 0);
}

function dividedBy(count: number, sums: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / count]));
}
