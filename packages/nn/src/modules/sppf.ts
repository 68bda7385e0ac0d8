import * as tf from "@tensorflow/tfjs-core";
import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import { Layer } from "../module.ts";
import { Conv, type ConvOptions } from "./conv.ts";
import { MaxPool2d } from "./max-pool2d.ts";

/** Options of {@link SPPF}: the activation of both convolutions, and the side of the pooling window (default 5). */
export type SppfOptions = Pick<ConvOptions, "activation"> & { kernel?: number };

/**
 * Spatial pyramid pooling by three chained pools, equal to pools of k, 2k − 1 and 3k − 2 side by side (He et al.,
 * arXiv 1406.4729; YOLOv5 6.1, `SPPF`). [N, H, W, in] → [N, H, W, out].
 */
export class SPPF extends Layer {
  readonly cv1: Conv;
  readonly cv2: Conv;
  readonly m: MaxPool2d;

  constructor(input: number, output: number, options: SppfOptions = {}) {
    super();
    const { kernel = 5, activation = "silu" } = options;
    const hidden = Math.floor(input / 2);
    this.cv1 = this.child("cv1", new Conv(input, hidden, { activation }));
    this.cv2 = this.child("cv2", new Conv(4 * hidden, output, { activation }));
    this.m = this.child("m", new MaxPool2d(kernel, { stride: 1 }));
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const y0 = this.cv1.forward(x);
    const y1 = this.m.forward(y0);
    const y2 = this.m.forward(y1);
    return this.cv2.forward(tf.concat([y0, y1, y2, this.m.forward(y2)], 3));
  }
}

export const sppfSpec: ModuleSpec = layerSpec(
  { kernel: ["odd", 5] },
  (channels, options) => new SPPF(...channels, options),
);
