import { RecordedStep } from "@lookonce/backend-onnxruntime";
import type { Batch } from "@lookonce/data";
import { LookonceError } from "@lookonce/errors";
import { type PaddedTargets, type V8Gains, type V8Loss, v8DetectionLoss } from "@lookonce/loss";
import type { DetectionModel } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { Ema } from "./ema.ts";
import { clipGradients, gradientNorm } from "./optimizer/clip-gradients.ts";
import type { Optimizer } from "./optimizer/optimizer.ts";
import { pictureInput } from "./pictures.ts";
import type { Rates } from "./schedule.ts";

/** Options of {@link TrainStep}. */
export interface TrainStepOptions {
  optimizer: Optimizer;
  /** Averaged along when given. */
  ema?: Ema;
  /** Weights of the parts of the loss. */
  gains?: Partial<V8Gains>;
  /** Largest norm of all gradients together; without it they are not clipped. */
  clip?: number;
}

/** The numbers of one step, from before its update. */
export interface StepResult {
  /** Parts of the loss with their gains, per picture. */
  box: number;
  cls: number;
  dfl: number;
  /** What was differentiated: the parts' sum times the batch size. */
  total: number;
  /** Norm of all gradients together, before clipping. */
  gradientNorm: number;
}

/** What a step takes of a batch. */
export type TrainBatch = Pick<Batch, "images" | "count" | "height" | "width" | "targets">;

/**
 * One training step: forward, loss, gradients, clipping, update and average, as a single graph.
 *
 * On the lazy backend a step of the same shapes (batch, picture size, padded targets) is recorded and compiled once.
 */
export class TrainStep {
  readonly #model: DetectionModel;
  readonly #options: TrainStepOptions;
  readonly #variables: tf.Variable[];
  readonly #step: RecordedStep;
  #updates = 0;
  /** The last batch's pixels; their memory serves the next batch. */
  #pixels: Float32Array | undefined;

  private constructor(model: DetectionModel, options: TrainStepOptions) {
    this.#model = model;
    this.#options = options;
    this.#variables = options.optimizer.parameters.map(({ variable }) => variable);
    const models = options.ema === undefined ? [model] : [model, options.ema.model];
    const changing = models.flatMap((one) => [...one.namedVariables().values()]);
    this.#step = new RecordedStep(
      (...inputs) => this.#record(inputs),
      [...changing, ...options.optimizer.state.values()],
    );
  }

  /** @throws LookonceError `UNSUPPORTED` for a family whose loss is not there yet */
  static async create(model: DetectionModel, options: TrainStepOptions): Promise<TrainStep> {
    if (model.family !== "v8") {
      throw new LookonceError(
        "UNSUPPORTED",
        "training of YOLOv5 models is not there yet; YOLOv8 models can be trained",
      );
    }
    return new TrainStep(model, options);
  }

  /** How many steps were made. */
  get updates(): number {
    return this.#updates;
  }

  /** Makes a step and reads its numbers; the model is in training mode afterwards. */
  async run(batch: TrainBatch, { rates, momentum }: Rates): Promise<StepResult> {
    this.#updates++;
    this.#model.train();
    const { labels, boxes, mask, maxTargets } = batch.targets;
    const shape = [batch.count, maxTargets];
    const decay = this.#options.ema?.decayAt(this.#updates) ?? 1;
    const pictures = pictureInput(batch, this.#pixels);
    this.#pixels = pictures.data;
    const scalars = [rates.bias, rates.weight, rates.norm, momentum, this.#updates, decay];
    const [numbers] = await this.#step.run([
      pictures,
      { data: labels, shape, dtype: "int32" },
      { data: boxes, shape: [...shape, 4] },
      { data: mask, shape },
      ...scalars.map((value) => ({ data: [value], shape: [] })),
    ]);
    const [box, cls, dfl, total, norm] = numbers as Float32Array;
    return { box, cls, dfl, total, gradientNorm: norm } as StepResult;
  }

  /** What is recorded, given the inputs as `run` lists them; the result is [box, cls, dfl, total, gradient norm]. */
  #record(inputs: tf.Tensor[]): tf.Tensor[] {
    const [images, labels, boxes, mask, ...scalars] = inputs;
    const [bias, weight, norm, momentum, count, decay] = scalars as tf.Scalar[];
    const targets = { labels, boxes, mask } as PaddedTargets;
    const { optimizer, ema, clip } = this.#options;
    const { loss, gradients } = this.#differentiate(images as tf.Tensor4D, targets);
    const length = gradientNorm(gradients);
    optimizer.update(clip === undefined ? gradients : clipGradients(gradients, length, clip), {
      rates: { bias, weight, norm } as Record<"bias" | "weight" | "norm", tf.Scalar>,
      momentum: momentum as tf.Scalar,
      count: count as tf.Scalar,
    });
    ema?.update(decay as tf.Scalar);
    const numbers = tf.stack([loss.box, loss.cls, loss.dfl, loss.total, length]);
    tf.dispose([loss.box, loss.cls, loss.dfl]);
    return [numbers];
  }

  #differentiate(images: tf.Tensor4D, targets: PaddedTargets): { loss: V8Loss; gradients: tf.Tensor[] } {
    const model = this.#model;
    const { gains } = this.#options;
    let parts: V8Loss | undefined;
    const { value, grads } = tf.variableGrads(() => {
      const { strides, nc, regMax } = model;
      parts = v8DetectionLoss(model.forward(images).raw, targets, {
        strides,
        nc,
        regMax,
        ...(gains === undefined ? {} : { gains }),
      });
      // Kept beyond the differentiation, which frees all but its result.
      for (const part of [parts.box, parts.cls, parts.dfl]) tf.keep(part);
      return parts.total;
    }, this.#variables);
    const gradients = this.#variables.map((variable) => grads[variable.name] ?? tf.zerosLike(variable));
    return { loss: { ...(parts as V8Loss), total: value }, gradients };
  }
}
