import * as tf from "@tensorflow/tfjs-core";
import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import { Layer } from "../module.ts";
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
    const half = Math.floor(output / 2);
    super(2 * half);
    const { kernel = 1, stride = 1, groups = 1, activation = "silu" } = options;
    this.cv1 = this.child("cv1", new Conv(input, half, { kernel, stride, groups, activation }));
    this.cv2 = this.child("cv2", new Conv(half, half, { kernel: 5, groups: half, activation }));
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const y = this.cv1.forward(x);
    return tf.concat([y, this.cv2.forward(y)], 3);
  }
}

export const ghostConvSpec: ModuleSpec = layerSpec(
  { kernel: ["size", 1], stride: ["size", 1], groups: ["size", 1] },
  ([input, output], options, { args }) => {
    args.divides("groups", options.groups, input, output / 2);
    return new GhostConv(input, output, options);
  },
);
