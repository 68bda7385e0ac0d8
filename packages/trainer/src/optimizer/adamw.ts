import * as tf from "@tensorflow/tfjs-core";
import type { Optimizer, UpdateSettings } from "./optimizer.ts";
import { zerosBeside } from "./optimizer-state.ts";
import type { GroupedParameter } from "./parameter-groups.ts";

/** Options of {@link AdamW}. */
export interface AdamWOptions {
  /** Share of the `weight` group, times the learning rate, that goes at every update. Default 0. */
  weightDecay?: number;
  /** Decay of the mean of squared gradients. Default 0.999. */
  beta2?: number;
  /** Added to the root of the mean of squared gradients. Default 1e-8. */
  epsilon?: number;
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101):
 *
 * p ← p · (1 − rate · decay); m ← β₁ · m + (1 − β₁) · g; v ← β₂ · v + (1 − β₂) · g²;
 * p ← p − rate · m̂ / (√v̂ + ε), with m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ)
 */
export class AdamW implements Optimizer {
  readonly parameters: readonly GroupedParameter[];
  readonly state: ReadonlyMap<string, tf.Variable>;
  readonly #options: Required<AdamWOptions>;

  constructor(parameters: readonly GroupedParameter[], options: AdamWOptions = {}) {
    this.parameters = parameters;
    this.state = new Map([...zerosBeside(parameters, "mean"), ...zerosBeside(parameters, "square")]);
    this.#options = { weightDecay: 0, beta2: 0.999, epsilon: 1e-8, ...options };
  }

  update(gradients: readonly tf.Tensor[], { rates, momentum, count }: UpdateSettings): void {
    const { weightDecay, beta2, epsilon } = this.#options;
    tf.tidy(() => {
      const beta1Rest = tf.sub(1, momentum);
      const meanScale = tf.sub(1, tf.pow(momentum, count));
      const rootScale = tf.sqrt(tf.sub(1, tf.pow(tf.scalar(beta2), count)));
      for (const [i, { path, group, variable }] of this.parameters.entries()) {
        const gradient = gradients[i] as tf.Tensor;
        const mean = this.#advance(`mean.${path}`, gradient, { keep: momentum, take: beta1Rest });
        const square = this.#advance(`square.${path}`, tf.square(gradient), { keep: beta2, take: 1 - beta2 });
        const denominator = tf.add(tf.div(tf.sqrt(square), rootScale), epsilon);
        const change = tf.mul(tf.div(mean, tf.mul(denominator, meanScale)), rates[group]);
        const decays = group === "weight" && weightDecay > 0;
        const shrunk = decays ? tf.sub(variable, tf.mul(variable, tf.mul(rates[group], weightDecay))) : variable;
        variable.assign(tf.sub(shrunk, change));
      }
    });
  }

  #advance(name: string, value: tf.Tensor, { keep, take }: Record<"keep" | "take", tf.Tensor | number>): tf.Tensor {
    const state = this.state.get(name) as tf.Variable;
    const next = tf.add(tf.mul(state, keep), tf.mul(value, take));
    state.assign(next);
    return next;
  }

  dispose(): void {
    for (const variable of this.state.values()) variable.dispose();
  }
}
