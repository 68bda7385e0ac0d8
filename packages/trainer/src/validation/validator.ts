import { BatchLoader, type Dataset } from "@lookonce/data";
import { LookonceError } from "@lookonce/errors";
import { familyOf, taskOf } from "@lookonce/families";
import type { Detector } from "@lookonce/inference";
import type { Criterion } from "@lookonce/loss";
import type { DetectionModel } from "@lookonce/nn";
import { imagesOf } from "../images.ts";
import type { Losses } from "../train-step.ts";
import { createDetector } from "./create-detector.ts";
import { scoreBatch } from "./score-batch.ts";
import type { ValidateOptions } from "./validate-options.ts";
import { ValidationLoss } from "./validation-loss.ts";
import type { ValidationResult } from "./validation-result.ts";

/** Options of {@link Validator}. */
export interface ValidatorOptions
  extends Pick<ValidateOptions, "imgsz" | "batch" | "conf" | "iou" | "maxDet" | "rect" | "workers" | "cache"> {
  /** Measures losses, too; a model's own criterion. */
  criterion?: Criterion;
}

/** Who hears of one validation, and who may stop it. */
export type ValidationAudience = Pick<ValidateOptions, "callbacks" | "onProgress" | "signal">;

/** Validates models of one form on one data set, again and again: threads and decoded images stay between times. */
export class Validator {
  readonly #dataset: Dataset;
  readonly #options: ValidatorOptions;
  readonly #loader: BatchLoader;
  readonly #losses: ValidationLoss | undefined;

  /**
   * @param form what all models to come have in common
   * @throws LookonceError `ARGUMENT` for options that make no sense
   */
  constructor(dataset: Dataset, form: Pick<DetectionModel, "family" | "step" | "strides">, options: ValidatorOptions) {
    const { imgsz = 640, batch = 16, rect = true, workers, cache, criterion } = options;
    this.#dataset = dataset;
    this.#options = options;
    this.#loader = new BatchLoader(dataset, {
      ...{ batch, imgsz, rect, stride: form.step, loading: familyOf(form.family).loading },
      ...(workers === undefined ? {} : { workers }),
      ...(cache === undefined ? {} : { cache }),
    });
    this.#losses = criterion === undefined ? undefined : new ValidationLoss(criterion);
  }

  /**
   * Scores a model, which is not changed; a fused copy computes.
   *
   * @throws LookonceError `DATA` when model and data set have different numbers of classes
   */
  async run(model: DetectionModel, audience: ValidationAudience = {}): Promise<ValidationResult> {
    const { names } = this.#dataset;
    if (names.length !== model.nc) {
      throw new LookonceError(
        "DATA",
        `the data set has ${names.length} classes, the model ${model.nc}: train the model on this data set, or pick the data set it was trained on.`,
      );
    }
    const losses = this.#losses;
    const detector = await createDetector(model, { raw: losses !== undefined });
    try {
      const measure = (): Promise<ValidationResult> => this.#measure(model, detector, audience);
      return await (losses === undefined ? measure() : losses.withoutTrace(measure));
    } finally {
      await detector.dispose();
    }
  }

  async #measure(
    model: DetectionModel,
    detector: Detector,
    { callbacks = [], onProgress, signal }: ValidationAudience,
  ): Promise<ValidationResult> {
    const { names } = this.#dataset;
    const task = taskOf(model.task);
    const defaults = familyOf(model.family).nms.val;
    const { conf = defaults.conf, iou = defaults.iou, maxDet = defaults.maxDet } = this.#options;
    const metrics = task.createMetrics(names);
    const spent = { preprocess: 0, inference: 0, postprocess: 0 };
    const sums: Record<string, number> = {};
    const batches = this.#loader.length;
    let done = 0;
    for (const one of callbacks) await one.onValStart?.({ task: task.name, batches, names });
    await onProgress?.({ done, batches });
    let waiting = performance.now();
    for await (const batch of this.#loader.batches(0, signal === undefined ? {} : { signal })) {
      const start = performance.now();
      const { predictions, raw = [], prepareMs, inferenceMs } = await detector.detect(imagesOf(batch), conf);
      const ready = performance.now();
      const { samples } = batch;
      const scored = scoreBatch({ task, metrics, samples, predictions, nms: { conf, iou, maxDet } });
      spent.preprocess += start - waiting + prepareMs;
      spent.inference += inferenceMs;
      spent.postprocess += performance.now() - ready;
      addAll(sums, await this.#losses?.of(batch, raw));
      for (const one of callbacks) await one.onValBatch?.({ number: done, batch, ...scored });
      done++;
      await onProgress?.({ done, batches });
      waiting = performance.now();
    }
    const losses = Object.fromEntries(Object.entries(sums).map(([part, sum]) => [part, sum / Math.max(1, done)]));
    const scores = metrics.result();
    const perImage = (milliseconds: number): number => milliseconds / Math.max(1, scores.images);
    const result = {
      ...scores,
      speed: {
        preprocess: perImage(spent.preprocess),
        inference: perImage(spent.inference),
        postprocess: perImage(spent.postprocess),
      },
      ...(this.#losses === undefined ? {} : { losses }),
    } as ValidationResult;
    for (const one of callbacks) await one.onValEnd?.(result);
    return result;
  }

  /** Ends the threads. */
  async dispose(): Promise<void> {
    await this.#loader.dispose();
  }
}

function addAll(sums: Record<string, number>, losses: Losses = {}): void {
  for (const [part, value] of Object.entries(losses)) sums[part] = (sums[part] ?? 0) + value;
}
