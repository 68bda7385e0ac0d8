import * as tf from "@tensorflow/tfjs-core";
import { type Optimizer, type UpdateSettings, zerosBeside } from "./optimizer.ts";
import type { GroupedParameter } from "./parameter-groups.ts";

/** Options of {@link RmsProp}. */
export interface RmsPropOptions {
  /** Added to the gradient of the `weight` group, times the parameter. Default 0. */
  weightDecay?: number;
  /** Decay of the mean of squared gradients. Default 0.99. */
  alpha?: number;
  /** Added to the root of the mean of squared gradients. Default 1e-8. */
  epsilon?: number;
}

/**
 * RMSProp with momentum (Tieleman and Hinton, 2012), in PyTorch's form:
 *
 * s ← α · s + (1 − α) · g²; b ← μ · b + g / (√s + ε); p ← p − rate · b
 */
export class RmsProp implements Optimizer {
  readonly parameters: readonly GroupedParameter[];
  readonly state: ReadonlyMap<string, tf.Variable>;
  readonly warmsMomentum = true;
  readonly #options: Required<RmsPropOptions>;

  constructor(parameters: readonly GroupedParameter[], options: RmsPropOptions = {}) {
    this.parameters = parameters;
    this.state = new Map([...zerosBeside(parameters, "square"), ...zerosBeside(parameters, "momentum")]);
    this.#options = { weightDecay: 0, alpha: 0.99, epsilon: 1e-8, ...options };
  }

  scalars(): Record<string, number> {
    return {};
  }

  update(gradients: readonly tf.Tensor[], { lr, momentum }: UpdateSettings): void {
    const { weightDecay, alpha, epsilon } = this.#options;
    tf.tidy(() => {
      for (const [i, { path, group, variable }] of this.parameters.entries()) {
        const plain = gradients[i] as tf.Tensor;
        const decays = group === "weight" && weightDecay > 0;
        const gradient = decays ? tf.add(plain, tf.mul(variable, weightDecay)) : plain;
        const square = this.state.get(`square.${path}`) as tf.Variable;
        const velocity = this.state.get(`momentum.${path}`) as tf.Variable;
        const nextSquare = tf.add(tf.mul(square, alpha), tf.mul(tf.square(gradient), 1 - alpha));
        const step = tf.div(gradient, tf.add(tf.sqrt(nextSquare), epsilon));
        const moved = tf.add(tf.mul(velocity, momentum), step);
        square.assign(nextSquare);
        velocity.assign(moved);
        variable.assign(tf.sub(variable, tf.mul(moved, lr[group])));
      }
    });
  }

  dispose(): void {
    for (const variable of this.state.values()) variable.dispose();
  }
}
