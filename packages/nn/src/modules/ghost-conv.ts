import * as tf from "@tensorflow/tfjs-core";
import type { BuildContext, ModuleSpec } from "../config/module-spec.ts";
import { Layer } from "../module.ts";
import type { Cost, Shape } from "../shape.ts";
import { Conv, type ConvOptions } from "./conv.ts";

/** Options of {@link GhostConv}. */
export type GhostConvOptions = Pick<ConvOptions, "kernel" | "stride" | "groups" | "activation">;

/**
 * Half of the channels by a convolution, the other half from those by a cheap depthwise one with a 5×5 filter (Han et
 * al., arXiv 1911.11907; YOLOv5 6.1, `GhostConv`). [N, H, W, in] → [N, H', W', out].
 */
export class GhostConv extends Layer {
  readonly cv1: Conv;
  readonly cv2: Conv;

  constructor(input: number, output: number, options: GhostConvOptions = {}) {
    super();
    const { kernel = 1, stride = 1, groups = 1, activation = "silu" } = options;
    const half = Math.floor(output / 2);
    this.cv1 = this.child("cv1", new Conv(input, half, { kernel, stride, groups, activation }));
    this.cv2 = this.child("cv2", new Conv(half, half, { kernel: 5, groups: half, activation }));
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const y = this.cv1.forward(x);
    return tf.concat([y, this.cv2.forward(y)], 3);
  }

  override outputShape(input: Shape, cost?: Cost): Shape {
    const half = this.cv1.outputShape(input, cost);
    this.cv2.outputShape(half, cost);
    return [half[0], half[1], 2 * half[2]];
  }
}

/** `GhostConv: [channels, kernel = 1, stride = 1, groups = 1]`. */
export const ghostConvSpec: ModuleSpec = {
  build({ args, inputs, scaleWidth, activation }: BuildContext) {
    const channels = scaleWidth(args.size("channels"));
    const kernel = args.size("kernel", 1);
    const stride = args.size("stride", 1);
    const groups = args.size("groups", 1);
    const input = inputs.only();
    args.divides("groups", groups, input, channels / 2);
    const module = new GhostConv(input, channels, { kernel, stride, groups, activation });
    return { module, args: [input, channels, ...args.given(1)] };
  },
};
