import { LookonceError } from "@lookonce/errors";
import { stopGradient } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";

/** How the levels' objectness losses are weighed: see {@link LevelBalance}. */
export type BalanceMode = "fixed" | "auto" | "learned";

/** Settings of {@link LevelBalance}. */
export interface LevelBalanceOptions {
  /** Pixels per cell of every level, finest first. */
  strides: readonly number[];
  /** Default `fixed`. */
  mode?: BalanceMode;
  /** One weight a level. Default: YOLOv5's, 4, 1, 0.4 for three levels and 4, 1, 0.25, 0.06, 0.02 otherwise. */
  weights?: readonly number[];
  /** The share of its fixed weight that a learned weight keeps whatever happens. Default 0.1. */
  floor?: number;
}

/** How fast `auto` follows: the share of the new value in the average (YOLOv5 7.0). */
const RATE = 1e-4;
/** A level's loss as `auto` sees it is no less than this. */
const SMALLEST = 1e-6;

/**
 * The weights of the levels in the objectness loss.
 *
 * - `fixed`: YOLOv5's numbers. Fine levels have most cells, nearly all background, so that their mean is small.
 * - `auto` (YOLOv5's `autobalance`): bᵢ ← 0.9999·bᵢ + 0.0001 / lossᵢ after every batch, then all are divided by the
 *   one of stride 16. The weights follow the inverse of the losses, slowly, and the middle level stays at 1.
 * - `learned`: bᵢ = φ·fᵢ + (1 − φ)·S·softmax(log f + θ)ᵢ with f the fixed weights, S their sum, φ the floor. θ is
 *   trained with the model; 0, the initial value, means the fixed weights. The sum stays S, so that the loss cannot be
 *   lowered by shrinking the weights, and the floor keeps a level from being given up.
 *
 * `auto` keeps its weights and `learned` its θ in a variable named `balance`, to be saved with the model.
 */
export class LevelBalance {
  readonly mode: BalanceMode;
  /** What is trained with the model: θ under `balance` for `learned`, nothing otherwise. */
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  /** What changes without being trained: the weights under `balance` for `auto`, nothing otherwise. */
  readonly state: ReadonlyMap<string, tf.Variable>;
  readonly #fixed: readonly number[];
  readonly #floor: number;
  /** The level that `auto` keeps at 1. */
  readonly #pivot: number;
  readonly #variable: tf.Variable | undefined;

  /** @throws LookonceError `ARGUMENT` for weights, a floor or strides that do not do. */
  constructor({ strides, mode = "fixed", weights = defaultWeights(strides.length), floor = 0.1 }: LevelBalanceOptions) {
    if (weights.length < strides.length || !weights.every((weight) => weight > 0)) {
      throw new LookonceError(
        "ARGUMENT",
        `level balance needs a weight above 0 for each of ${strides.length} levels, but has [${weights}]`,
      );
    }
    if (!(floor >= 0 && floor <= 1)) throw new LookonceError("ARGUMENT", `floor must be in 0..1, but is ${floor}`);
    this.#pivot = strides.indexOf(16);
    if (mode === "auto" && this.#pivot < 0) {
      throw new LookonceError(
        "ARGUMENT",
        `balance "auto" relates all levels to that of stride 16, which is not among [${strides}]: choose "fixed" or "learned"`,
      );
    }
    this.mode = mode;
    this.#floor = floor;
    this.#fixed = weights.slice(0, strides.length);
    const initial = this.#fixed.map((weight) => (mode === "auto" ? weight : 0));
    this.#variable =
      mode === "fixed" ? undefined : tf.tidy(() => tf.variable(tf.tensor1d(initial), mode === "learned"));
    const named = new Map(this.#variable && [["balance", this.#variable]]);
    this.parameters = mode === "learned" ? named : new Map();
    this.state = mode === "auto" ? named : new Map();
  }

  /** The weights as they are now, [levels]; differentiable in θ. */
  weights(): tf.Tensor1D {
    return tf.tidy(() => {
      const fixed = tf.tensor1d([...this.#fixed]);
      if (this.#variable === undefined) return fixed;
      // A copy: the variable may be given its next value before the gradient asks for this one.
      if (this.mode === "auto") return stopGradient(this.#variable) as tf.Tensor as tf.Tensor1D;
      const sum = this.#fixed.reduce((a, b) => a + b, 0);
      const shares = tf.softmax(tf.add(tf.log(fixed), this.#variable));
      return tf.add(tf.mul(fixed, this.#floor), tf.mul(shares, sum * (1 - this.#floor))) as tf.Tensor1D;
    });
  }

  /** Updates the weights of `auto` by a batch; the other modes ignore it. @param losses [levels], objectness of each level */
  observe(losses: tf.Tensor1D): void {
    const variable = this.#variable;
    if (this.mode !== "auto" || variable === undefined) return;
    tf.tidy(() => {
      const before = stopGradient(variable) as tf.Tensor;
      const goal = tf.reciprocal(tf.maximum(stopGradient(losses), SMALLEST));
      // As a small step from where it is: 0.9999 itself has an error in float32 that would add up.
      const after = tf.add(before, tf.mul(tf.sub(goal, before), RATE));
      variable.assign(tf.div(after, tf.slice(after, [this.#pivot], [1])));
    });
  }

  dispose(): void {
    this.#variable?.dispose();
  }
}

function defaultWeights(levels: number): number[] {
  return levels === 3 ? [4, 1, 0.4] : [4, 1, 0.25, 0.06, 0.02];
}
