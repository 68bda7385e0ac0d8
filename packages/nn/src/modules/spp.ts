import * as tf from "@tensorflow/tfjs-core";
import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import { ModuleList } from "../containers.ts";
import { Layer } from "../module.ts";
import { Conv, type ConvOptions } from "./conv.ts";
import { MaxPool2d } from "./max-pool2d.ts";

/** Options of {@link SPP}: the activation of both convolutions, and sides of the pooling windows, odd (default 5, 9, 13). */
export type SppOptions = Pick<ConvOptions, "activation"> & { kernels?: readonly number[] };

/** Spatial pyramid pooling: a map beside its pools of several sizes (He et al., arXiv 1406.4729). [N, H, W, in] → [N, H, W, out]. */
export class SPP extends Layer {
  readonly cv1: Conv;
  readonly cv2: Conv;
  readonly m: ModuleList<MaxPool2d>;

  constructor(input: number, output: number, options: SppOptions = {}) {
    super();
    const { kernels = [5, 9, 13], activation = "silu" } = options;
    const hidden = Math.floor(input / 2);
    this.cv1 = this.child("cv1", new Conv(input, hidden, { activation }));
    this.cv2 = this.child("cv2", new Conv((kernels.length + 1) * hidden, output, { activation }));
    this.m = this.child("m", new ModuleList(kernels.map((kernel) => new MaxPool2d(kernel, { stride: 1 }))));
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const y = this.cv1.forward(x);
    return this.cv2.forward(tf.concat([y, ...this.m.items.map((pool) => pool.forward(y))], 3));
  }
}

export const sppSpec: ModuleSpec = layerSpec(
  { kernels: ["odds", [5, 9, 13]] },
  (channels, options) => new SPP(...channels, options),
);
