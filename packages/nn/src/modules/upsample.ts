import * as tf from "@tensorflow/tfjs-core";
import type { ModuleSpec } from "../config/module-spec.ts";
import { Layer } from "../module.ts";
import type { Shape } from "../shape.ts";

/** Repeats every value `factor` × `factor` times. [N, H, W, C] → [N, factor·H, factor·W, C]. */
export class Upsample extends Layer {
  readonly factor: number;

  constructor(factor: number) {
    super();
    this.factor = factor;
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const [, height, width] = x.shape;
    return tf.image.resizeNearestNeighbor(x, [height * this.factor, width * this.factor]);
  }

  override outputShape([h, w, c]: Shape): Shape {
    return [h * this.factor, w * this.factor, c];
  }
}

/** `Upsample: [None, factor, "nearest"]`, PyTorch's arguments: a size (not supported), a factor, a mode. */
export const upsampleSpec: ModuleSpec = {
  build({ args }) {
    args.exactly("size", null, null);
    const factor = args.size("factor");
    args.exactly("mode", "nearest", "nearest");
    return { module: new Upsample(factor), args: [null, factor, "nearest"] };
  },
};
