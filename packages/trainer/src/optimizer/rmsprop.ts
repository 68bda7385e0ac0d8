import * as tf from "@tensorflow/tfjs-core";
import { advance, type ChangeInputs, Optimizer } from "./optimizer.ts";

/** Decay of the mean of squared gradients, α, and what is added to its root, ε. */
const [alpha, epsilon] = [0.99, 1e-8];

/**
 * RMSProp with momentum (Tieleman and Hinton, 2012), in PyTorch's form, weight decay added to the gradient:
 *
 * s ← α · s + (1 − α) · g²; b ← μ · b + g / (√s + ε); p ← p − rate · b
 */
export class RmsProp extends Optimizer<never> {
  protected override get kinds(): string[] {
    return ["square", "momentum"];
  }

  scalars(): Record<never, number> {
    return {};
  }

  protected change({ gradient, momentum, memory }: ChangeInputs<never>): tf.Tensor {
    const square = advance(memory("square"), tf.square(gradient), [alpha, 1 - alpha]);
    const step = tf.div(gradient, tf.add(tf.sqrt(square), epsilon));
    const velocity = memory("momentum");
    const moved = tf.add(tf.mul(velocity, momentum), step);
    velocity.assign(moved);
    return moved;
  }
}
