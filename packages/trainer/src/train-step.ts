import { enterScope, RecordedStep } from "@lookonce/backend-onnxruntime";
import type { Communicator } from "@lookonce/distributed";
import { normalizeImages } from "@lookonce/inference";
import type { Criterion, CriterionLoss, NamedTensors, TrainBatch } from "@lookonce/loss";
import { type DetectionModel, observeModules } from "@lookonce/nn";
import type { Random } from "@lookonce/random";
import * as tf from "@tensorflow/tfjs-core";
import { GradScaler, restoreUnless, snapshot } from "./grad-scaler.ts";
import { imagePlanes } from "./images.ts";
import type { ModelEMA } from "./model-ema.ts";
import { clipGradients, gradientNorm } from "./optimizer/clip-gradients.ts";
import { type Optimizer, type UpdateSettings, zerosBeside } from "./optimizer/optimizer.ts";
import { drawnRows, equalShard, type Shard, ShardOfStep, type ShardTensors, shardInputs } from "./shard.ts";
import type { StepSchedule } from "./warmup.ts";

/** Options of {@link TrainStep}. */
export interface TrainStepOptions {
  criterion: Criterion;
  optimizer: Optimizer;
  ema?: ModelEMA;
  /** Largest norm of all gradients together; without it they are not clipped. */
  clip?: number;
  /** Whether gradients of several batches are accumulated; needs memory of the parameters' size. Default `false`. */
  accumulates?: boolean;
  /**
   * Mixed precision: convolutions, matmuls and their gradients in half precision, all else and the weights in single, and
   * the loss scaled. A step whose gradients overflow changes nothing but the scale. Default `false`.
   */
  amp?: boolean;
  /**
   * Computes each step together with the other ranks, each of them on its own images: all have the same weights, gradients and
   * averages, and the running statistics of the first. Default: there are no others.
   */
  communicator?: Pick<Communicator, "rank" | "size" | "allReduce"> | undefined;
  /** Whether normalizations and losses' normalizers are of all ranks' images, as on one rank. Default `false`: of the rank's own. */
  syncBn?: boolean;
  /** Whether gradients travel between ranks in half precision. Default `false`. */
  halfGradients?: boolean;
}

/** Settings of one step. */
export interface StepSettings extends Pick<StepSchedule, "momentum"> {
  /** Of every group of the optimizer's parameters. */
  lr: Partial<StepSchedule["lr"]>;
  /** `false`: only accumulate this batch's gradients for the next optimizer step. Default `true`. */
  optimizerStep?: boolean;
  /** Source of what the head draws for the batch, such as dropout; the same on all ranks. Default: nothing is drawn. */
  rng?: Random;
  /** Which images of the batch of all ranks these are. Default: each rank has as many, in the order of ranks. */
  shard?: Shard;
}

/** Parts of a loss by name, gains applied. */
export type Losses = Readonly<Record<string, number>>;

/** Losses and gradient norm of one step, from before its update; of several ranks those of their whole batch, the same on each. */
export interface StepResult {
  /** Parts of the loss, per image. */
  losses: Losses;
  /** What was differentiated: the parts' sum times the batch size. */
  total: number;
  /** Norm of all gradients together, including accumulated ones, before clipping. */
  gradientNorm: number;
  /** In mixed precision: the scale of the loss, and whether the step was skipped because gradients overflowed. */
  scaling?: { scale: number; skipped: boolean };
}

/** How many steps were created so far. */
let created = 0;

type BatchTensors = { images: tf.Tensor4D; targets: NamedTensors; drawn: NamedTensors; shard?: ShardTensors };

type UpdateTensors = UpdateSettings & { emaDecay: tf.Scalar };

/** What a step computes: `losses` in the order of the criterion's parts, and the scale where there is one. */
type StepTensors = { losses: tf.Tensor1D; total: tf.Scalar; norm: tf.Scalar; scale?: tf.Scalar };

/**
 * One training step: forward, loss, gradients, clipping, update and average, as a single graph; with several ranks as two, with
 * the sum of their gradients between them, and with synchronized normalizations as some for each layer.
 *
 * On the lazy backend a step of the same shapes (batch, image size, padded targets) is recorded and compiled once.
 */
export class TrainStep {
  readonly #model: DetectionModel;
  readonly #options: TrainStepOptions;
  readonly #variables: tf.Variable[];
  /** Everything that a step may assign, except the scaler's state and accumulated gradients. */
  readonly #changing: readonly tf.Variable[];
  /** Sums of gradients since the last optimizer step, by path; empty without accumulation. */
  readonly accumulatedGrads: ReadonlyMap<string, tf.Variable>;
  readonly scaler: GradScaler | undefined;
  readonly #update: RecordedStep<BatchTensors & UpdateTensors, StepTensors>;
  readonly #accumulation: RecordedStep<BatchTensors, StepTensors>;
  /** Optimizer steps so far; set by a training that is resumed. */
  optimizerSteps = 0;
  /** The last batch's pixels; their memory serves the next batch. */
  #pixels: Float32Array | undefined;

  constructor(model: DetectionModel, options: TrainStepOptions) {
    const { criterion, optimizer, ema, accumulates = false, amp = false, communicator } = options;
    this.#model = model;
    this.#options = options;
    this.#variables = optimizer.parameters.map(({ variable }) => variable);
    this.accumulatedGrads = accumulates ? zerosBeside(optimizer.parameters, "gradient") : new Map();
    this.scaler = amp ? new GradScaler() : undefined;
    const models = ema === undefined ? [model] : [model, ema.model];
    const own = [criterion.parameters, criterion.state, optimizer.state];
    this.#changing = [...models.map((one) => one.namedVariables()), ...own].flatMap((map) => [...map.values()]);
    const all = [...this.#changing, ...this.accumulatedGrads.values(), ...(this.scaler?.state.values() ?? [])];
    // They alternate with one another, and with what is recorded of each for other numbers of targets.
    const sharedMemory = `training step ${created++}`;
    const sumOverRanks =
      communicator && ((numbers: Float32Array, how: { half: boolean }) => communicator.allReduce(numbers, how));
    const settings = { autocast: amp, sharedMemory, ...(sumOverRanks && { sumOverRanks }) };
    const record = ({ images, targets, drawn, shard, ...update }: BatchTensors & UpdateTensors): StepTensors =>
      this.#record({ images, targets, drawn, ...(shard && { shard }) }, update);
    this.#update = new RecordedStep(record, all, settings);
    this.#accumulation = new RecordedStep((batch) => this.#record(batch), all, settings);
  }

  /** Runs a step and reads its losses; the model is in training mode afterwards. */
  async run(batch: TrainBatch, { lr, momentum, optimizerStep = true, rng, shard }: StepSettings): Promise<StepResult> {
    const { criterion, optimizer, ema, communicator } = this.#options;
    const count = this.optimizerSteps + 1;
    const own = communicator && (shard ?? equalShard(communicator, batch.count));
    this.#model.train();
    const images = imagePlanes(batch, this.#pixels);
    this.#pixels = images.data;
    const all = rng === undefined ? {} : this.#model.head.draw(own?.of ?? batch.count, rng);
    const drawn = own === undefined ? all : drawnRows(all, own);
    const ofShard = own && { shard: shardInputs(own, communicator?.rank ?? 0) };
    const inputs = { images, targets: criterion.inputs(batch), drawn, ...ofShard };
    const emaDecay = ema?.decayAt(count) ?? 1;
    const scalars = optimizer.scalars({ count, momentum });
    const update = { ...inputs, lr, momentum, emaDecay, scalars };
    // Where gradients accumulate the other kind of step will come for these shapes, too: it is compiled along.
    if (this.accumulatedGrads.size > 0) {
      await (optimizerStep ? this.#accumulation.prepare(inputs) : this.#update.prepare(update));
    }
    const { losses, total, norm, scale } = await (optimizerStep
      ? this.#update.run(update)
      : this.#accumulation.run(inputs));
    const result = {
      losses: Object.fromEntries(criterion.parts.map((part, i) => [part, losses[i] as number])),
      total: total[0] as number,
      gradientNorm: norm[0] as number,
    };
    const skipped = scale !== undefined && !Number.isFinite(result.gradientNorm);
    // A skipped step has no number: the next one has its learning rates and average.
    if (optimizerStep && !skipped) this.optimizerSteps = count;
    return scale === undefined ? result : { ...result, scaling: { scale: scale[0] as number, skipped } };
  }

  /** Records a step, with an update or, without its settings, one that only accumulates gradients. */
  #record(batch: BatchTensors, update?: UpdateTensors): StepTensors {
    const { optimizer, ema, clip, syncBn = false, halfGradients: half = false } = this.#options;
    const { scaler } = this;
    const optimizerStep = update !== undefined;
    const sums = [...this.accumulatedGrads.values()];
    const before = snapshot(scaler === undefined ? [] : [...this.#changing, ...(optimizerStep ? [] : sums)]);
    const scale = scaler === undefined ? undefined : tf.clone(scaler.scale);
    const shard = batch.shard && new ShardOfStep(batch.shard, { syncBn, half });
    const { gradients: own, ...loss } = this.#differentiate(batch, shard);
    shard?.asOnFirst(this.#buffers());
    const fresh = shard?.gradients(own) ?? own;
    const { parts, total } = shard?.losses(loss) ?? loss;
    const gradients = sums.length === 0 ? fresh : fresh.map((one, i) => tf.add(one, sums[i] as tf.Variable));
    const norm = gradientNorm(gradients);
    if (optimizerStep) {
      optimizer.update(clip === undefined ? gradients : clipGradients(gradients, norm, clip), update);
      ema?.update(update.emaDecay);
    }
    for (const [i, sum] of sums.entries()) {
      sum.assign(optimizerStep ? tf.zerosLike(sum) : (gradients[i] as tf.Tensor));
    }
    const finite = tf.isFinite(norm);
    restoreUnless(finite, before);
    scaler?.update(finite, optimizerStep);
    const results = { losses: tf.stack([...parts]) as tf.Tensor1D, total: tf.clone(total), norm };
    tf.dispose([total, ...parts, loss.total, ...loss.parts]);
    return scale === undefined ? results : { ...results, scale };
  }

  /** What forward passes and losses assign: running statistics, a criterion's state. */
  #buffers(): tf.Variable[] {
    const { criterion } = this.#options;
    const constant = (path: string): boolean => path.endsWith(".anchors");
    const ofModel = [...this.#model.namedBuffers()].flatMap(([path, buffer]) => (constant(path) ? [] : [buffer]));
    return [...ofModel, ...criterion.state.values()];
  }

  #differentiate(
    { images, targets, drawn }: BatchTensors,
    shard: ShardOfStep | undefined,
  ): CriterionLoss & { gradients: tf.Tensor[] } {
    const { criterion } = this.#options;
    let kept: readonly tf.Scalar[] = [];
    const { grads } = tf.variableGrads(() => {
      // Profiles of the graph name the layers.
      const enter = (path: string): (() => void) => enterScope(path.replaceAll(".", "/"));
      const input = normalizeImages(tf.transpose(images, [0, 2, 3, 1]), this.#model);
      const forward = () => observeModules(this.#model, enter, () => this.#model.forward(input, drawn));
      const { raw } = shard?.forward(this.#model, forward) ?? forward();
      const { total: sum, parts } = criterion.loss(raw, targets, shard?.part);
      const total = shard?.weighted(sum, criterion.isMean ?? false) ?? sum;
      // Kept beyond the differentiation, which frees all but its result.
      kept = [total, ...parts].map((one) => tf.keep(tf.clone(one)));
      return this.scaler?.multiply(total) ?? total;
    }, this.#variables);
    const scaled = this.#variables.map((variable) => grads[variable.name] ?? tf.zerosLike(variable));
    const [total, ...parts] = kept as [tf.Scalar, ...tf.Scalar[]];
    return { total, parts, gradients: this.scaler?.divide(scaled) ?? scaled };
  }

  dispose(): void {
    for (const variable of this.accumulatedGrads.values()) variable.dispose();
    this.scaler?.dispose();
  }
}
