import * as tf from "@tensorflow/tfjs-core";
import type { ModuleSpec } from "../config/module-spec.ts";
import { Layer } from "../module.ts";
import { type Shape, windowOutput } from "../shape.ts";

/** Largest value of each window; padding counts as −∞. [N, H, W, C] → [N, H', W', C]. */
export class MaxPool2d extends Layer {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;

  /** @param options stride (default the kernel's side) and padding (default half the kernel, rounded down) */
  constructor(kernel: number, options: { stride?: number; padding?: number } = {}) {
    super();
    this.kernel = kernel;
    this.stride = options.stride ?? kernel;
    this.padding = options.padding ?? Math.floor(kernel / 2);
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    // "same" means the same numbers here, and every backend has it.
    const same = this.stride === 1 && this.kernel === 2 * this.padding + 1;
    return tf.maxPool(x, this.kernel, this.stride, same ? "same" : this.padding);
  }

  override outputShape([h, w, c]: Shape): Shape {
    return [windowOutput(h, this.kernel, this), windowOutput(w, this.kernel, this), c];
  }
}

/** PyTorch's arguments: `[kernel, stride = kernel, padding = 0]`. */
export const maxPool2dSpec: ModuleSpec = {
  build({ args }) {
    const kernel = args.size("kernel");
    const stride = args.size("stride", kernel);
    const padding = args.optionalWhole("padding") ?? 0;
    if (2 * padding > kernel)
      throw args.error(`padding is ${padding}: at most half the kernel, ${kernel}, is expected`);
    return { module: new MaxPool2d(kernel, { stride, padding }), args: args.given(0) };
  },
};
