import * as tf from "@tensorflow/tfjs-core";
import { AdamFamily, type Moments } from "./adam-moments.ts";

/**
 * Adam (Kingma and Ba, arXiv 1412.6980), weight decay added to the gradient:
 * p ← p − rate · m̂ / (√v̂ + ε), with m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ)
 */
export class Adam extends AdamFamily {
  scalars({ count, momentum }: { count: number; momentum: number }): number[] {
    return [1 - momentum ** count, Math.sqrt(1 - this.options.beta2 ** count)];
  }

  protected change({ mean, root }: Moments, [meanScale, rootScale]: readonly tf.Scalar[]): tf.Tensor {
    const denominator = tf.add(tf.div(root, rootScale as tf.Scalar), this.options.epsilon);
    return tf.div(mean, tf.mul(denominator, meanScale as tf.Scalar));
  }
}
