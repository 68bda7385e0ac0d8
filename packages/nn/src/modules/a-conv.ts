import * as tf from "@tensorflow/tfjs-core";
import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import { Layer } from "../module.ts";
import type { Cost, Shape } from "../shape.ts";
import { Conv, type ConvOptions } from "./conv.ts";

/** Means of 2×2 cells at every cell but the last row's and column's. [N, H, W, C] → [N, H − 1, W − 1, C]. */
export function meansOf2x2(x: tf.Tensor4D): tf.Tensor4D {
  // The kernel itself: tf.avgPool casts its result, which graphs for other programs would have as an operation
  return tf.engine().runKernel("AvgPool", { x }, { filterSize: 2, strides: 1, pad: "valid" });
}

/**
 * Halves a map: means of 2×2 cells, then a 3×3 convolution of stride 2 (Ultralytics 8.4, `AConv`).
 * [N, H, W, in] → [N, ⌊H / 2⌋, ⌊W / 2⌋, out].
 */
export class AConv extends Layer {
  readonly cv1: Conv;

  constructor(input: number, output: number, { activation = "silu" }: Pick<ConvOptions, "activation"> = {}) {
    super();
    this.cv1 = this.child("cv1", new Conv(input, output, { kernel: 3, stride: 2, activation }));
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    return this.cv1.forward(meansOf2x2(x));
  }

  override outputShape([h, w, c]: Shape, cost?: Cost): Shape {
    return this.cv1.outputShape([h - 1, w - 1, c], cost);
  }
}

export const aConvSpec: ModuleSpec = layerSpec({}, (channels, options) => new AConv(...channels, options));
