import * as tf from "@tensorflow/tfjs-core";
import { type Optimizer, type UpdateSettings, zerosBeside } from "./optimizer.ts";
import type { GroupedParameter } from "./parameter-groups.ts";

/** Options of the Adam family. */
export interface AdamOptions {
  /** Decay of the `weight` group. Default 0. */
  weightDecay?: number;
  /** Decay of the mean of squared gradients. Default 0.999. */
  beta2?: number;
  /** Added to the root of the mean of squared gradients. Default 1e-8. */
  epsilon?: number;
}

/** What a member of the family makes its change of, for one parameter. */
export interface Moments {
  gradient: tf.Tensor;
  /** m, the mean of gradients, and the root of v, the mean of their squares; neither is corrected for its start at 0. */
  mean: tf.Tensor;
  root: tf.Tensor;
}

/**
 * What the members of the Adam family (Kingma and Ba, arXiv 1412.6980) share:
 * m ← β₁ · m + (1 − β₁) · g; v ← β₂ · v + (1 − β₂) · g².
 *
 * Weight decay is added to the gradient (`"coupled"`) or taken off the weights (`"decoupled"`: arXiv 1711.05101).
 *
 * @typeParam S names of the factors of an update
 */
export abstract class AdamFamily<S extends string> implements Optimizer {
  readonly parameters: readonly GroupedParameter[];
  readonly state: ReadonlyMap<string, tf.Variable>;
  readonly warmsMomentum = false;
  protected readonly options: Required<AdamOptions>;
  readonly #decay: "coupled" | "decoupled";

  constructor(
    parameters: readonly GroupedParameter[],
    options: AdamOptions = {},
    decay: "coupled" | "decoupled" = "coupled",
  ) {
    this.parameters = parameters;
    this.state = new Map([...zerosBeside(parameters, "mean"), ...zerosBeside(parameters, "square")]);
    this.options = { weightDecay: 0, beta2: 0.999, epsilon: 1e-8, ...options };
    this.#decay = decay;
  }

  abstract scalars(at: { count: number; momentum: number }): Record<S, number>;

  /** What is taken off a parameter, divided by the learning rate. */
  protected abstract change(moments: Moments, scalars: Readonly<Record<S, tf.Scalar>>): tf.Tensor;

  update(gradients: readonly tf.Tensor[], { lr, momentum, scalars }: UpdateSettings<S>): void {
    const { weightDecay, beta2 } = this.options;
    tf.tidy(() => {
      const beta1Rest = tf.sub(1, momentum);
      for (const [i, { path, group, variable }] of this.parameters.entries()) {
        const decays = group === "weight" && weightDecay > 0;
        const plain = gradients[i] as tf.Tensor;
        const coupled = decays && this.#decay === "coupled";
        const gradient = coupled ? tf.add(plain, tf.mul(variable, weightDecay)) : plain;
        const mean = this.#advance(`mean.${path}`, gradient, { decay: momentum, weight: beta1Rest });
        const square = this.#advance(`square.${path}`, tf.square(gradient), { decay: beta2, weight: 1 - beta2 });
        const change = this.change({ gradient, mean, root: tf.sqrt(square) }, scalars);
        const shrinks = decays && this.#decay === "decoupled";
        const start = shrinks ? tf.sub(variable, tf.mul(variable, tf.mul(lr[group], weightDecay))) : variable;
        variable.assign(tf.sub(start, tf.mul(change, lr[group])));
      }
    });
  }

  #advance(
    name: string,
    value: tf.Tensor,
    { decay, weight }: Record<"decay" | "weight", tf.Tensor | number>,
  ): tf.Tensor {
    const state = this.state.get(name) as tf.Variable;
    const next = tf.add(tf.mul(state, decay), tf.mul(value, weight));
    state.assign(next);
    return next;
  }

  dispose(): void {
    for (const variable of this.state.values()) variable.dispose();
  }
}

/** Scalars of {@link Adam}. */
type AdamScalars = "meanScale" | "rootScale";

/**
 * Adam (Kingma and Ba, arXiv 1412.6980), weight decay added to the gradient:
 * p ← p − rate · m̂ / (√v̂ + ε), with m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ)
 */
export class Adam extends AdamFamily<AdamScalars> {
  scalars({ count, momentum }: { count: number; momentum: number }): Record<AdamScalars, number> {
    return { meanScale: 1 - momentum ** count, rootScale: Math.sqrt(1 - this.options.beta2 ** count) };
  }

  protected change({ mean, root }: Moments, scalars: Record<AdamScalars, tf.Scalar>): tf.Tensor {
    const denominator = tf.add(tf.div(root, scalars.rootScale), this.options.epsilon);
    return tf.div(mean, tf.mul(denominator, scalars.meanScale));
  }
}

/**
 * {@link Adam} with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101): weights first lose the share
 * rate · decay.
 */
export class AdamW extends Adam {
  constructor(parameters: readonly GroupedParameter[], options: AdamOptions = {}) {
    super(parameters, options, "decoupled");
  }
}
