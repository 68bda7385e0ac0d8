import * as tf from "@tensorflow/tfjs-core";
import { AdamFamily, beta2, epsilon } from "./adam.ts";
import type { ChangeInputs } from "./optimizer.ts";

/** How fast the momentum of {@link NAdam} comes to its full value, PyTorch's `momentum_decay`. */
const momentumDecay = 0.004;

type Factor = "ofGradient" | "ofMean" | "rootScale";

/**
 * Adam with Nesterov momentum (Dozat, "Incorporating Nesterov Momentum into Adam", 2016), in PyTorch's form, weight decay
 * added to the gradient: with μₜ = β₁ · (1 − 0.5 · 0.96^(0.004 t)),
 *
 * p ← p − rate · ((1 − μₜ) / (1 − ∏μ) · g + μₜ₊₁ / (1 − ∏μ · μₜ₊₁) · m) / (√v̂ + ε)
 */
export class NAdam extends AdamFamily<Factor> {
  /** The product of all μ up to an update. */
  #product = { count: 0, momentum: 0, value: 1 };

  scalars({ count, momentum }: { count: number; momentum: number }): Record<Factor, number> {
    const mu = (t: number): number => momentum * (1 - 0.5 * 0.96 ** (t * momentumDecay));
    const known = this.#product;
    const continues = known.momentum === momentum && known.count <= count;
    let { count: t, value } = continues ? known : { count: 0, value: 1 };
    while (t < count) value *= mu(++t);
    this.#product = { count, momentum, value };
    const next = mu(count + 1);
    return {
      ofGradient: (1 - mu(count)) / (1 - value),
      ofMean: next / (1 - value * next),
      rootScale: Math.sqrt(1 - beta2 ** count),
    };
  }

  protected change(inputs: ChangeInputs<Factor>): tf.Tensor {
    const { mean, root } = this.moments(inputs);
    const { ofGradient, ofMean, rootScale } = inputs.scalars;
    const denominator = tf.add(tf.div(root, rootScale), epsilon);
    return tf.div(tf.add(tf.mul(inputs.gradient, ofGradient), tf.mul(mean, ofMean)), denominator);
  }
}
