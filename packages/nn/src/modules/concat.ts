import { LookonceError } from "@lookonce/errors";
import * as tf from "@tensorflow/tfjs-core";
import type { ModuleSpec } from "../config/module-spec.ts";
import { Join } from "../module.ts";
import type { Shape } from "../shape.ts";

/** Concatenates feature maps of one size along the channels. [N, H, W, Cᵢ] … → [N, H, W, Σ Cᵢ]. */
export class Concat extends Join {
  override forward(inputs: tf.Tensor4D[]): tf.Tensor4D {
    return tf.concat(inputs, 3);
  }

  override joinedShape(inputs: Shape[]): Shape {
    const [height, width] = inputs[0] as Shape;
    for (const [h, w] of inputs) {
      if (h !== height || w !== width) {
        const sizes = inputs.map(([y, x]) => `${y}x${x}`).join(", ");
        throw new LookonceError("ARGUMENT", `Concat needs feature maps of one size, but they are ${sizes}`);
      }
    }
    return [height, width, inputs.reduce((sum, [, , channels]) => sum + channels, 0)];
  }
}

/** `Concat: [1]`; 1 is the channel axis as PyTorch counts it, and the only one allowed. */
export const concatSpec: ModuleSpec = {
  build({ args }) {
    args.exactly("axis", 1, 1);
    return { module: new Concat(), args: [1] };
  },
};
