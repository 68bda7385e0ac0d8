import * as tf from "@tensorflow/tfjs-core";

/** Options of {@link GradScaler}; the defaults are those of PyTorch's `GradScaler`. */
export interface GradScalerOptions {
  /** Initial scale. Default 65536. */
  scale?: number;
  /** Factor of the scale after `interval` optimizer steps in a row without an overflow. Default 2. */
  growth?: number;
  /** Factor of the scale after an overflow. Default 0.5. */
  backoff?: number;
  /** Default 2000. */
  interval?: number;
}

/**
 * Scales the loss of mixed-precision training dynamically (Micikevicius et al., arXiv 1710.03740): small gradients would be
 * rounded to zero in half precision, whose smallest number is 2⁻²⁴, so the loss is multiplied by a scale before it is
 * differentiated, and the gradients are divided by it in single precision. When a gradient overflows, the scale is halved
 * and the step is skipped; after many steps without an overflow it is doubled.
 *
 * All of it is recorded as tensor operations; nothing is read, and nothing branches on a value.
 */
export class GradScaler {
  readonly scale: tf.Variable<tf.Rank.R0>;
  /** Optimizer steps without an overflow since the scale changed. */
  readonly #good: tf.Variable<tf.Rank.R0>;
  readonly #options: Required<GradScalerOptions>;

  constructor(options: GradScalerOptions = {}) {
    this.#options = { scale: 65536, growth: 2, backoff: 0.5, interval: 2000, ...options };
    const variable = (value: number): tf.Variable<tf.Rank.R0> => tf.tidy(() => tf.variable(tf.scalar(value), false));
    this.scale = variable(this.#options.scale);
    this.#good = variable(0);
  }

  /** Float32 scalars that are saved with the training. */
  get state(): ReadonlyMap<"scale" | "good", tf.Variable> {
    return new Map([
      ["scale", this.scale],
      ["good", this.#good],
    ]);
  }

  /** Returns the loss to differentiate. */
  multiply(loss: tf.Scalar): tf.Scalar {
    return tf.mul(loss, this.scale);
  }

  /** Returns the gradients of the loss itself, from those of the scaled one. */
  divide(gradients: readonly tf.Tensor[]): tf.Tensor[] {
    return tf.tidy(() => {
      const share = tf.div(1, this.scale);
      return gradients.map((gradient) => tf.mul(gradient, share));
    });
  }

  /**
   * Sets the scale of the next step.
   *
   * @param finite whether this step's gradients were, a boolean scalar
   * @param optimizerStep whether the weights are updated; a batch that only accumulates gradients does not count as good
   */
  update(finite: tf.Tensor, optimizerStep: boolean): void {
    const { growth, backoff, interval } = this.#options;
    tf.tidy(() => {
      const next = tf.add(this.#good, optimizerStep ? 1 : 0);
      const grows = tf.greaterEqual(next, interval);
      const grown = tf.where(grows, tf.mul(this.scale, growth), this.scale);
      const shrunk = tf.mul(this.scale, backoff);
      this.#good.assign(tf.where(tf.logicalAnd(finite, tf.logicalNot(grows)), next, tf.zerosLike(next)) as tf.Scalar);
      this.scale.assign(tf.where(finite, grown, shrunk) as tf.Scalar);
    });
  }

  dispose(): void {
    this.scale.dispose();
    this.#good.dispose();
  }
}

/** Variables and their values before a step. */
export type Snapshot = ReadonlyMap<tf.Variable, tf.Tensor>;

/** Records the values of variables, without a copy. */
export function snapshot(variables: readonly tf.Variable[]): Snapshot {
  return new Map(variables.map((variable) => [variable, tf.clone(variable)]));
}

/**
 * Restores variables that were assigned since their snapshot where the condition is false. The choice is part of the graph:
 * both values are computed and one of them is selected.
 *
 * @param condition a boolean scalar
 */
export function restoreUnless(condition: tf.Tensor, snapshots: Snapshot): void {
  for (const [variable, before] of snapshots) {
    if (variable.dataId === before.dataId) continue;
    tf.tidy(() => variable.assign(tf.where(condition, variable, before)));
  }
}
