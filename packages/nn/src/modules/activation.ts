import type * as tf from "@tensorflow/tfjs-core";
import { type ActivationName, activations } from "../functional/silu.ts";
import { Layer } from "../module.ts";

/** One of the {@link activations}, element by element. [N, H, W, C] → the same. */
export class Activation extends Layer {
  readonly kind: ActivationName;

  constructor(kind: ActivationName) {
    super();
    this.kind = kind;
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    return activations[this.kind](x);
  }
}
