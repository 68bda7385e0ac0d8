import type * as tf from "@tensorflow/tfjs-core";
import { maxPool2d } from "../functional/max-pool2d.ts";
import { Layer } from "../module.ts";
import { type Shape, windowOutput } from "../shape.ts";

/** Largest value of each window. [N, H, W, C] → [N, H', W', C]. */
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
    return maxPool2d(x, this.kernel, { stride: this.stride, padding: this.padding });
  }

  override outputShape([h, w, c]: Shape): Shape {
    return [windowOutput(h, this.kernel, this), windowOutput(w, this.kernel, this), c];
  }
}
