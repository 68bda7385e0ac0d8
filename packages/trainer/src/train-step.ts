import { currentBackend, flush } from "@lookonce/backend-onnxruntime";
import type { Batch } from "@lookonce/data";
import { feed } from "@lookonce/device";
import { LookonceError } from "@lookonce/errors";
import { type V8Gains, type V8Loss, v8DetectionLoss } from "@lookonce/loss";
import type { DetectionModel } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { Ema } from "./ema.ts";
import { clipGradients, gradientNorm } from "./optimizer/clip-gradients.ts";
import type { Optimizer } from "./optimizer/optimizer.ts";
import { feedPictures } from "./pictures.ts";
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
 * One training step: forward, loss, gradients, clipping, update and average, recorded as a single graph.
 *
 * On the lazy backend a step of the same shapes (batch, picture size, padded targets) is compiled once.
 */
export class TrainStep {
  readonly #model: DetectionModel;
  readonly #options: TrainStepOptions;
  readonly #variables: tf.Variable[];
  #updates = 0;

  private constructor(model: DetectionModel, options: TrainStepOptions) {
    this.#model = model;
    this.#options = options;
    this.#variables = options.optimizer.parameters.map(({ variable }) => variable);
  }

  /** @throws LookonceError `UNSUPPORTED` for a family whose loss is not there yet */
  static async create(model: DetectionModel, options: TrainStepOptions): Promise<TrainStep> {
    if (model.family !== "v8") {
      throw new LookonceError(
        "UNSUPPORTED",
        "training of YOLOv5 models is not there yet; YOLOv8 models can be trained",
      );
    }
    // Everything that a step changes is an input of its graph from the first step on.
    await flush();
    const changing = [model, options.ema?.model].flatMap((one) => [...(one?.namedVariables().values() ?? [])]);
    const backend = currentBackend();
    for (const variable of changing) backend?.markInput(variable);
    return new TrainStep(model, options);
  }

  /** How many steps were made. */
  get updates(): number {
    return this.#updates;
  }

  /** Makes a step and reads its numbers; the model is in training mode afterwards. */
  async run(batch: TrainBatch, rates: Rates): Promise<StepResult> {
    this.#updates++;
    this.#model.train();
    const numbers = tf.tidy(() => this.#record(batch, rates));
    await flush();
    const [box, cls, dfl, total, norm] = await numbers.data();
    numbers.dispose();
    return { box, cls, dfl, total, gradientNorm: norm } as StepResult;
  }

  /** Records the step; the result is [box, cls, dfl, total, gradient norm]. */
  #record(batch: TrainBatch, { rates, momentum }: Rates): tf.Tensor1D {
    const { optimizer, ema, clip } = this.#options;
    const { loss, gradients } = this.#differentiate(batch);
    const norm = gradientNorm(gradients);
    optimizer.update(clip === undefined ? gradients : clipGradients(gradients, norm, clip), {
      rates: { bias: scalar(rates.bias), weight: scalar(rates.weight), norm: scalar(rates.norm) },
      momentum: scalar(momentum),
      count: scalar(this.#updates),
    });
    ema?.update(scalar(ema.decayAt(this.#updates)));
    const numbers = tf.stack([loss.box, loss.cls, loss.dfl, loss.total, norm]) as tf.Tensor1D;
    tf.dispose([loss.box, loss.cls, loss.dfl]);
    return numbers;
  }

  #differentiate(batch: TrainBatch): { loss: V8Loss; gradients: tf.Tensor[] } {
    const model = this.#model;
    const { gains } = this.#options;
    const images = feedPictures(batch);
    const { labels, boxes, mask, maxTargets } = batch.targets;
    const shape: [number, number] = [batch.count, maxTargets];
    const targets = {
      labels: feed<tf.Rank.R2>(labels, shape, "int32"),
      boxes: feed<tf.Rank.R3>(boxes, [...shape, 4]),
      mask: feed<tf.Rank.R2>(mask, shape),
    };
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

function scalar(value: number): tf.Scalar {
  return feed<tf.Rank.R0>([value], []);
}
