import type * as tf from "@tensorflow/tfjs-core";
import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import { Layer } from "../module.ts";
import { Conv, type ConvOptions } from "./conv.ts";

/** Options of {@link SCDown}: side of the second filter (default 3) and its stride (default 2). */
export type ScDownOptions = Pick<ConvOptions, "activation"> & { kernel?: number; stride?: number };

/**
 * Channels first, then size: a 1×1 convolution and a depthwise one of stride 2 without activation (Wang et al., arXiv
 * 2405.14458, section 3.2; Ultralytics 8.4, `SCDown`). [N, H, W, in] → [N, H / stride, W / stride, out].
 */
export class SCDown extends Layer {
  readonly cv1: Conv;
  readonly cv2: Conv;

  constructor(input: number, output: number, options: ScDownOptions = {}) {
    super();
    const { kernel = 3, stride = 2, activation = "silu" } = options;
    this.cv1 = this.child("cv1", new Conv(input, output, { activation }));
    const depthwise = { kernel, stride, groups: output, activation: "identity" } as const;
    this.cv2 = this.child("cv2", new Conv(output, output, depthwise));
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    return this.cv2.forward(this.cv1.forward(x));
  }
}

export const scDownSpec: ModuleSpec = layerSpec(
  { kernel: ["size"], stride: ["size"] },
  (channels, options) => new SCDown(...channels, options),
);
