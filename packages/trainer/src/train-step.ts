import { RecordedStep } from "@lookonce/backend-onnxruntime";
import type { DetectionModel } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { Criterion, CriterionLoss, NamedTensors, TrainBatch } from "./criteria/criterion.ts";
import type { Ema } from "./ema.ts";
import { imageInput } from "./images.ts";
import { clipGradients, gradientNorm } from "./optimizer/clip-gradients.ts";
import type { Optimizer, UpdateSettings } from "./optimizer/optimizer.ts";
import { zerosBeside } from "./optimizer/optimizer-state.ts";
import { LossScaler } from "./precision/loss-scaler.ts";
import { remember, undoUnless } from "./precision/undo-unless.ts";
import type { Rates } from "./schedule.ts";

/** Options of {@link TrainStep}. */
export interface TrainStepOptions {
  criterion: Criterion;
  optimizer: Optimizer;
  /** Averaged along when given. */
  ema?: Ema;
  /** Largest norm of all gradients together; without it they are not clipped. */
  clip?: number;
  /** Whether gradients of several batches will be summed up; costs memory of the parameters' size. Default `false`. */
  accumulates?: boolean;
  /**
   * Mixed precision: convolutions, products of matrices and their gradients in half precision, all else and the weights
   * in single, and the loss scaled. A step whose gradients overflow changes nothing but the scale. Default `false`.
   */
  amp?: boolean;
}

/** What one step is given besides the batch. */
export interface StepSettings extends Pick<Rates, "rates" | "momentum"> {
  /** `false`: only add this batch's gradients to those that the next update takes. Default `true`. */
  updates?: boolean;
}

/** Parts of a loss by name, gains applied. */
export type Losses = Readonly<Record<string, number>>;

/** The numbers of one step, from before its update. */
export interface StepResult {
  /** Parts of the loss, per image. */
  losses: Losses;
  /** What was differentiated: the parts' sum times the batch size. */
  total: number;
  /** Norm of all gradients together, with those of the batches before that wait for the same update; before clipping. */
  gradientNorm: number;
  /** In mixed precision: the factor of the loss, and whether the step did not count because gradients overflowed. */
  scaling?: { scale: number; skipped: boolean };
}

/** What a step reads of a batch. */
type BatchTensors = { images: tf.Tensor4D; targets: NamedTensors };

/** What an update reads besides. */
type UpdateTensors = UpdateSettings & { emaDecay: tf.Scalar };

/** What a step computes: `losses` in the order of the criterion's parts, and the scale where there is one. */
type StepTensors = { losses: tf.Tensor1D; total: tf.Scalar; norm: tf.Scalar; scale?: tf.Scalar };

/**
 * One training step: forward, loss, gradients, clipping, update and average, as a single graph.
 *
 * On the lazy backend a step of the same shapes (batch, image size, padded targets) is recorded and compiled once.
 */
export class TrainStep {
  readonly #model: DetectionModel;
  readonly #options: TrainStepOptions;
  readonly #variables: tf.Variable[];
  /** Everything that a step may assign, the scaler's own state and what waits for an update apart. */
  readonly #changing: readonly tf.Variable[];
  /** Sums of gradients that wait for an update, by path; empty where there are none to sum. */
  readonly waiting: ReadonlyMap<string, tf.Variable>;
  /** In mixed precision alone. */
  readonly scaler: LossScaler | undefined;
  readonly #update: RecordedStep<BatchTensors & UpdateTensors, StepTensors>;
  readonly #gather: RecordedStep<BatchTensors, StepTensors>;
  /** How many updates were made; a resumed run sets it to where it was. */
  updates = 0;
  /** The last batch's pixels; their memory serves the next batch. */
  #pixels: Float32Array | undefined;

  constructor(model: DetectionModel, options: TrainStepOptions) {
    const { criterion, optimizer, ema, accumulates = false, amp = false } = options;
    this.#model = model;
    this.#options = options;
    this.#variables = optimizer.parameters.map(({ variable }) => variable);
    this.waiting = accumulates ? zerosBeside(optimizer.parameters, "gradient") : new Map();
    this.scaler = amp ? new LossScaler() : undefined;
    const models = ema === undefined ? [model] : [model, ema.model];
    const own = [criterion.parameters, criterion.state, optimizer.state];
    this.#changing = [...models.map((one) => one.namedVariables()), ...own].flatMap((map) => [...map.values()]);
    const all = [...this.#changing, ...this.waiting.values(), ...(this.scaler?.state.values() ?? [])];
    this.#update = new RecordedStep(
      ({ images, targets, ...update }) => this.#record({ images, targets }, update),
      all,
      { autocast: amp },
    );
    this.#gather = new RecordedStep((batch) => this.#record(batch), all, { autocast: amp });
  }

  /** Makes a step and reads its numbers; the model is in training mode afterwards. */
  async run(batch: TrainBatch, { rates, momentum, updates = true }: StepSettings): Promise<StepResult> {
    const { criterion, optimizer, ema } = this.#options;
    const count = this.updates + 1;
    this.#model.train();
    const images = imageInput(batch, this.#pixels);
    this.#pixels = images.data;
    const inputs = { images, targets: criterion.inputs(batch) };
    const { losses, total, norm, scale } = updates
      ? await this.#update.run({
          ...inputs,
          rates,
          momentum,
          emaDecay: ema?.decayAt(count) ?? 1,
          scalars: optimizer.scalars({ count, momentum }),
        })
      : await this.#gather.run(inputs);
    const result = {
      losses: Object.fromEntries(criterion.parts.map((part, i) => [part, losses[i] as number])),
      total: total[0] as number,
      gradientNorm: norm[0] as number,
    };
    const skipped = scale !== undefined && !Number.isFinite(result.gradientNorm);
    // An update that did not count has no number: the next one's rates and averages are those of its place.
    if (updates && !skipped) this.updates = count;
    return scale === undefined ? result : { ...result, scaling: { scale: scale[0] as number, skipped } };
  }

  /** Records a step, with an update or, without its settings, one that only adds up gradients. */
  #record({ images, targets }: BatchTensors, update?: UpdateTensors): StepTensors {
    const { optimizer, ema, clip } = this.#options;
    const { scaler } = this;
    const updates = update !== undefined;
    const waiting = updates ? [] : [...this.waiting.values()];
    const before = scaler === undefined ? [] : remember([...this.#changing, ...waiting]);
    const scale = scaler === undefined ? undefined : tf.clone(scaler.scale);
    const { parts, total, gradients: fresh } = this.#differentiate(images, targets);
    const gradients = this.#addWaiting(fresh);
    const norm = gradientNorm(gradients);
    if (updates) {
      optimizer.update(clip === undefined ? gradients : clipGradients(gradients, norm, clip), update);
      ema?.update(update.emaDecay);
    }
    this.#keepWaiting(gradients, updates);
    const counts = tf.isFinite(norm);
    undoUnless(counts, before);
    scaler?.adjust(counts, updates);
    const results = { losses: tf.stack([...parts]) as tf.Tensor1D, total: tf.clone(total), norm };
    tf.dispose([total, ...parts]);
    return scale === undefined ? results : { ...results, scale };
  }

  #differentiate(images: tf.Tensor4D, targets: NamedTensors): CriterionLoss & { gradients: tf.Tensor[] } {
    const { criterion } = this.#options;
    let kept: readonly tf.Scalar[] = [];
    const { grads } = tf.variableGrads(() => {
      const { total, parts } = criterion.loss(this.#model.forward(images).raw, targets);
      // Kept beyond the differentiation, which frees all but its result.
      kept = [total, ...parts].map((one) => tf.keep(tf.clone(one)));
      return this.scaler?.multiply(total) ?? total;
    }, this.#variables);
    const scaled = this.#variables.map((variable) => grads[variable.name] ?? tf.zerosLike(variable));
    const [total, ...parts] = kept as [tf.Scalar, ...tf.Scalar[]];
    return { total, parts, gradients: this.scaler?.divide(scaled) ?? scaled };
  }

  #addWaiting(gradients: tf.Tensor[]): tf.Tensor[] {
    const waiting = [...this.waiting.values()];
    return waiting.length === 0 ? gradients : gradients.map((one, i) => tf.add(one, waiting[i] as tf.Variable));
  }

  /** Leaves the sums for the next batch, or nothing after an update. */
  #keepWaiting(gradients: readonly tf.Tensor[], updates: boolean): void {
    [...this.waiting.values()].forEach((sum, i) => {
      sum.assign(updates ? tf.zerosLike(sum) : (gradients[i] as tf.Tensor));
    });
  }

  dispose(): void {
    for (const variable of this.waiting.values()) variable.dispose();
    this.scaler?.dispose();
  }
}
