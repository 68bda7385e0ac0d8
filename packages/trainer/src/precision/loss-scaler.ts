import * as tf from "@tensorflow/tfjs-core";

/** Options of {@link LossScaler}; the defaults are those of PyTorch's `GradScaler`. */
export interface LossScalerOptions {
  /** The factor of the first step. Default 65536. */
  scale?: number;
  /** What the factor is multiplied with after `interval` good updates in a row. Default 2. */
  growth?: number;
  /** What the factor is multiplied with after an overflow. Default 0.5. */
  backoff?: number;
  /** Default 2000. */
  interval?: number;
}

/**
 * The dynamic loss scale of mixed-precision training (Micikevicius et al., arXiv 1710.03740): small gradients would be
 * rounded to zero in half precision, whose smallest number is 2⁻²⁴, so the loss is multiplied by a factor before it is
 * differentiated and the gradients are divided by it in single precision. The factor is as large as it can be: when a
 * gradient overflows it is halved and the step does not count, after many good updates it is doubled.
 *
 * All of it is recorded as tensor operations; nothing is read, and nothing branches on a value.
 */
export class LossScaler {
  /** The factor, and the good updates since it changed; float32 scalars, to be saved with the run. */
  readonly state: ReadonlyMap<"scale" | "good", tf.Variable>;
  readonly #options: Required<LossScalerOptions>;

  constructor(options: LossScalerOptions = {}) {
    this.#options = { scale: 65536, growth: 2, backoff: 0.5, interval: 2000, ...options };
    const variable = (value: number): tf.Variable => tf.tidy(() => tf.variable(tf.scalar(value), false));
    this.state = new Map([
      ["scale", variable(this.#options.scale)],
      ["good", variable(0)],
    ]);
  }

  /** The factor in force. */
  get scale(): tf.Variable<tf.Rank.R0> {
    return this.state.get("scale") as tf.Variable<tf.Rank.R0>;
  }

  /** The loss to differentiate. */
  multiply(loss: tf.Scalar): tf.Scalar {
    return tf.mul(loss, this.scale);
  }

  /** The gradients of the loss itself, from those of the multiplied one. */
  divide(gradients: readonly tf.Tensor[]): tf.Tensor[] {
    return tf.tidy(() => {
      const share = tf.div(1, this.scale);
      return gradients.map((gradient) => tf.mul(gradient, share));
    });
  }

  /**
   * Sets the factor of the next step.
   *
   * @param finite whether this step's gradients were, a boolean scalar
   * @param updates whether the step updates the weights; one that only gathers gradients does not count as a good one
   */
  adjust(finite: tf.Tensor, updates: boolean): void {
    const { growth, backoff, interval } = this.#options;
    const good = this.state.get("good") as tf.Variable;
    tf.tidy(() => {
      const next = tf.add(good, updates ? 1 : 0);
      const grows = tf.greaterEqual(next, interval);
      const onward = tf.where(grows, tf.mul(this.scale, growth), this.scale);
      const shrunk = tf.mul(this.scale, backoff);
      good.assign(tf.where(tf.logicalAnd(finite, tf.logicalNot(grows)), next, tf.zerosLike(next)));
      this.scale.assign(tf.where(finite, onward, shrunk) as tf.Scalar);
    });
  }

  dispose(): void {
    for (const variable of this.state.values()) variable.dispose();
  }
}
