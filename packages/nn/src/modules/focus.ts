import * as tf from "@tensorflow/tfjs-core";
import type { BuildContext, ModuleSpec } from "../config/module-spec.ts";
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

/** `Focus: [channels, kernel = 1, stride = 1, padding = half, groups = 1]`. */
export const focusSpec: ModuleSpec = {
  build({ args, inputs, scaleWidth, activation }: BuildContext) {
    const channels = scaleWidth(args.size("channels"));
    const kernel = args.size("kernel", 1);
    const stride = args.size("stride", 1);
    const padding = args.optionalWhole("padding");
    const groups = args.size("groups", 1);
    const input = inputs.only();
    args.divides("groups", groups, 4 * input, channels);
    const options = { kernel, stride, groups, activation, ...(padding === undefined ? {} : { padding }) };
    return { module: new Focus(input, channels, options), args: [input, channels, ...args.given(1)] };
  },
};
