import { RecordedStep } from "@lookonce/backend-onnxruntime";
import type { DetectionModel } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { Criterion, CriterionLoss, TrainBatch } from "./criteria/criterion.ts";
import type { Ema } from "./ema.ts";
import { imageInput } from "./images.ts";
import { clipGradients, gradientNorm } from "./optimizer/clip-gradients.ts";
import type { Optimizer, UpdateSettings } from "./optimizer/optimizer.ts";
import { zerosBeside } from "./optimizer/optimizer-state.ts";
import { type GroupName, groupNames } from "./optimizer/parameter-groups.ts";
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
  readonly #update: RecordedStep;
  readonly #gather: RecordedStep;
  #updates = 0;
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
    this.#update = new RecordedStep((...inputs) => this.#record(inputs, true), all, { autocast: amp });
    this.#gather = new RecordedStep((...inputs) => this.#record(inputs, false), all, { autocast: amp });
  }

  /** How many updates were made; a run that goes on sets it to where it was. */
  get updates(): number {
    return this.#updates;
  }

  set updates(count: number) {
    this.#updates = count;
  }

  /** Makes a step and reads its numbers; the model is in training mode afterwards. */
  async run(batch: TrainBatch, { rates, momentum, updates = true }: StepSettings): Promise<StepResult> {
    const { criterion, optimizer, ema } = this.#options;
    if (updates) this.#updates++;
    this.#model.train();
    const images = imageInput(batch, this.#pixels);
    this.#pixels = images.data;
    const inputs = [images, ...criterion.inputs(batch)];
    const scalars = updates
      ? [
          ...groupNames.map((group) => rates[group]),
          momentum,
          ema?.decayAt(this.#updates) ?? 1,
          ...optimizer.scalars({ count: this.#updates, momentum }),
        ]
      : [];
    const step = updates ? this.#update : this.#gather;
    const [numbers] = await step.run([...scalars.map((value) => ({ data: [value], shape: [] })), ...inputs]);
    const values = [...(numbers as Float32Array)];
    const losses = Object.fromEntries(criterion.parts.map((part, i) => [part, values[i] as number]));
    const [total, norm, scale] = values.slice(criterion.parts.length) as [number, number, number?];
    const result = { losses, total, gradientNorm: norm };
    if (scale === undefined) return result;
    const skipped = !Number.isFinite(norm);
    // An update that did not count has no number: the next one's rates and averages are those of its place.
    if (skipped && updates) this.#updates--;
    return { ...result, scaling: { scale, skipped } };
  }

  /** What is recorded, given the inputs as `run` lists them; the result is [parts…, total, gradient norm, scale?]. */
  #record(inputs: tf.Tensor[], updates: boolean): tf.Tensor[] {
    const { optimizer, ema, clip } = this.#options;
    const count = updates ? groupNames.length + 2 + optimizer.scalars({ count: 1, momentum: 0 }).length : 0;
    const scalars = inputs.slice(0, count) as tf.Scalar[];
    const [images, ...targets] = inputs.slice(count);
    const { scaler } = this;
    const waiting = updates ? [] : [...this.waiting.values()];
    const before = scaler === undefined ? [] : remember([...this.#changing, ...waiting]);
    const scale = scaler === undefined ? [] : [tf.clone(scaler.scale)];
    const { parts, total, gradients: fresh } = this.#differentiate(images as tf.Tensor4D, targets);
    const gradients = this.#addWaiting(fresh);
    const norm = gradientNorm(gradients);
    if (updates) {
      const { decay, settings } = named(scalars);
      optimizer.update(clip === undefined ? gradients : clipGradients(gradients, norm, clip), settings);
      ema?.update(decay);
    }
    this.#keepWaiting(gradients, updates);
    const counts = tf.isFinite(norm);
    undoUnless(counts, before);
    scaler?.adjust(counts, updates);
    const numbers = tf.stack([...parts, total, norm, ...scale]);
    tf.dispose([total, ...parts]);
    return [numbers];
  }

  #differentiate(images: tf.Tensor4D, targets: tf.Tensor[]): CriterionLoss & { gradients: tf.Tensor[] } {
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

/** The scalars of an update as `run` lists them. */
function named(values: readonly tf.Scalar[]): { decay: tf.Scalar; settings: UpdateSettings } {
  const [momentum, decay, ...scalars] = values.slice(groupNames.length) as [tf.Scalar, tf.Scalar, ...tf.Scalar[]];
  const rates = Object.fromEntries(groupNames.map((group, i) => [group, values[i]]));
  return { decay, settings: { rates: rates as Record<GroupName, tf.Scalar>, momentum, scalars } };
}
