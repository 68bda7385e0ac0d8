import * as tf from "@tensorflow/tfjs-core";
import { AdamFamily, type Moments } from "./adam-moments.ts";

type Factor = "meanScale" | "rootScale";

/**
 * Adam (Kingma and Ba, arXiv 1412.6980), weight decay added to the gradient:
 * p ← p − rate · m̂ / (√v̂ + ε), with m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ)
 */
export class Adam extends AdamFamily<Factor> {
  scalars({ count, momentum }: { count: number; momentum: number }): Record<Factor, number> {
    return { meanScale: 1 - momentum ** count, rootScale: Math.sqrt(1 - this.options.beta2 ** count) };
  }

  protected change({ mean, root }: Moments, scalars: Record<Factor, tf.Scalar>): tf.Tensor {
    const denominator = tf.add(tf.div(root, scalars.rootScale), this.options.epsilon);
    return tf.div(mean, tf.mul(denominator, scalars.meanScale));
  }
}
