import * as tf from "@tensorflow/tfjs-core";
import { type Optimizer, type UpdateSettings, zerosBeside } from "./optimizer.ts";
import type { GroupedParameter } from "./parameter-groups.ts";

/** Options of {@link Sgd}. */
export interface SgdOptions {
  /** Added to the gradient of the `weight` group, times the parameter. Default 0. */
  weightDecay?: number;
}

/**
 * Stochastic gradient descent with Nesterov momentum (Sutskever et al., 2013), in the form PyTorch's SGD has:
 *
 * g ← g + decay · p; v ← μ · v + g; p ← p − rate · (g + μ · v)
 */
export class Sgd implements Optimizer {
  readonly parameters: readonly GroupedParameter[];
  readonly state: ReadonlyMap<string, tf.Variable>;
  readonly warmsMomentum = true;
  readonly #weightDecay: number;

  constructor(parameters: readonly GroupedParameter[], { weightDecay = 0 }: SgdOptions = {}) {
    this.parameters = parameters;
    this.state = zerosBeside(parameters, "momentum");
    this.#weightDecay = weightDecay;
  }

  scalars(): Record<string, number> {
    return {};
  }

  update(gradients: readonly tf.Tensor[], { lr, momentum }: UpdateSettings): void {
    tf.tidy(() => {
      for (const [i, { path, group, variable }] of this.parameters.entries()) {
        const decays = group === "weight" && this.#weightDecay > 0;
        const plain = gradients[i] as tf.Tensor;
        const gradient = decays ? tf.add(plain, tf.mul(variable, this.#weightDecay)) : plain;
        const velocity = this.state.get(`momentum.${path}`) as tf.Variable;
        const moved = tf.add(tf.mul(velocity, momentum), gradient);
        velocity.assign(moved);
        variable.assign(tf.sub(variable, tf.mul(tf.add(gradient, tf.mul(moved, momentum)), lr[group])));
      }
    });
  }

  dispose(): void {
    for (const variable of this.state.values()) variable.dispose();
  }
}
