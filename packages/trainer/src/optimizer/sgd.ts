import * as tf from "@tensorflow/tfjs-core";
import { type ChangeInputs, Optimizer } from "./optimizer.ts";

/**
 * Stochastic gradient descent with Nesterov momentum (Sutskever et al., 2013), in the form PyTorch's SGD has:
 *
 * g ← g + decay · p; v ← μ · v + g; p ← p − rate · (g + μ · v)
 */
export class Sgd extends Optimizer<never> {
  scalars(): Record<never, number> {
    return {};
  }

  protected change({ gradient, momentum, memory }: ChangeInputs<never>): tf.Tensor {
    const velocity = memory("momentum");
    const moved = tf.add(tf.mul(velocity, momentum), gradient);
    velocity.assign(moved);
    return tf.add(gradient, tf.mul(moved, momentum));
  }
}
