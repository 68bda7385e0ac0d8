import * as tf from "@tensorflow/tfjs-core";
import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import { Layer } from "../module.ts";
import type { Cost, Shape } from "../shape.ts";
import { Conv, type ConvOptions } from "./conv.ts";

/**
 * Every second row and column into channels, then a convolution (YOLOv5 5.0, `Focus`). [N, H, W, in] → [N, H / 2, W / 2, out].
 *
 * The four images lie one after another: top left, bottom left, top right, bottom right of each block of 2×2.
 */
export class Focus extends Layer {
  readonly conv: Conv;

  constructor(input: number, output: number, options: ConvOptions = {}) {
    super();
    this.conv = this.child("conv", new Conv(4 * input, output, options));
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const [n, h, w, c] = x.shape;
    const blocks = tf.transpose(tf.reshape(x, [n, h / 2, 2, w / 2, 2, c]), [0, 1, 3, 4, 2, 5]);
    return this.conv.forward(tf.reshape(blocks, [n, h / 2, w / 2, 4 * c]));
  }

  override outputShape([h, w, c]: Shape, cost?: Cost): Shape {
    return this.conv.outputShape([h / 2, w / 2, 4 * c], cost);
  }
}

export const focusSpec: ModuleSpec = layerSpec(
  { kernel: ["size", 1], stride: ["size", 1], padding: ["optionalWhole"], groups: ["size", 1] },
  ([input, output], options, { args }) => {
    args.divides("groups", options.groups, 4 * input, output);
    return new Focus(input, output, options);
  },
);
