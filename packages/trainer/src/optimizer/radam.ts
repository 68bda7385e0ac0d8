import * as tf from "@tensorflow/tfjs-core";
import { AdamFamily, beta2, epsilon } from "./adam.ts";
import type { ChangeInputs } from "./optimizer.ts";

type Factor = "plain" | "adaptive";

/**
 * Rectified Adam (Liu et al., arXiv 1908.03265), in PyTorch's form, weight decay added to the gradient: while the variance
 * of v̂ has no bound (the first five updates with β₂ = 0.999) the change is rate · m̂; then rate · r · m̂ / √v̂.
 */
export class RAdam extends AdamFamily<Factor> {
  /** A factor of m, one of m / √v; one of the two is 0. */
  scalars({ count, momentum }: { count: number; momentum: number }): Record<Factor, number> {
    const meanScale = 1 - momentum ** count;
    const power = beta2 ** count;
    const limit = 2 / (1 - beta2) - 1;
    const length = limit - (2 * count * power) / (1 - power);
    if (length <= 5) return { plain: 1 / meanScale, adaptive: 0 };
    const rectified = Math.sqrt(((length - 4) * (length - 2) * limit) / ((limit - 4) * (limit - 2) * length));
    return { plain: 0, adaptive: (rectified * Math.sqrt(1 - power)) / meanScale };
  }

  protected change(inputs: ChangeInputs<Factor>): tf.Tensor {
    const { mean, root } = this.moments(inputs);
    const { plain, adaptive } = inputs.scalars;
    return tf.mul(mean, tf.add(plain, tf.div(adaptive, tf.add(root, epsilon))));
  }
}
