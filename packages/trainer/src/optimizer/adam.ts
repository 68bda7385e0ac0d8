import * as tf from "@tensorflow/tfjs-core";
import { advance, type ChangeInputs, Optimizer } from "./optimizer.ts";

/** Decay of the mean of squared gradients, β₂, and what is added to its root, ε. */
export const beta2 = 0.999;
export const epsilon = 1e-8;

/**
 * What the members of the Adam family (Kingma and Ba, arXiv 1412.6980) share:
 * m ← β₁ · m + (1 − β₁) · g; v ← β₂ · v + (1 − β₂) · g².
 */
export abstract class AdamFamily<S extends string> extends Optimizer<S> {
  override readonly warmsMomentum = false;

  protected override get kinds(): string[] {
    return ["mean", "square"];
  }

  /** Returns m and √v, neither corrected for its start at 0. */
  protected moments({ gradient, momentum, rest, memory }: ChangeInputs<S>): { mean: tf.Tensor; root: tf.Tensor } {
    const mean = advance(memory("mean"), gradient, [momentum, rest]);
    return { mean, root: tf.sqrt(advance(memory("square"), tf.square(gradient), [beta2, 1 - beta2])) };
  }
}

type AdamScalars = "meanScale" | "rootScale";

/**
 * Adam (Kingma and Ba, arXiv 1412.6980), weight decay added to the gradient:
 * p ← p − rate · m̂ / (√v̂ + ε), with m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ)
 */
export class Adam extends AdamFamily<AdamScalars> {
  scalars({ count, momentum }: { count: number; momentum: number }): Record<AdamScalars, number> {
    return { meanScale: 1 - momentum ** count, rootScale: Math.sqrt(1 - beta2 ** count) };
  }

  protected change(inputs: ChangeInputs<AdamScalars>): tf.Tensor {
    const { mean, root } = this.moments(inputs);
    const { meanScale, rootScale } = inputs.scalars;
    return tf.div(mean, tf.mul(tf.add(tf.div(root, rootScale), epsilon), meanScale));
  }
}

/** {@link Adam} with decoupled weight decay (arXiv 1711.05101): weights first lose the share rate · decay. */
export class AdamW extends Adam {
  protected override readonly decoupled = true;
}
