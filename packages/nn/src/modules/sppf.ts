import * as tf from "@tensorflow/tfjs-core";
import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import type { ActivationName } from "../functional/silu.ts";
import { Layer } from "../module.ts";
import { Conv, type ConvOptions } from "./conv.ts";
import { MaxPool2d } from "./max-pool2d.ts";

/** Options of {@link SPPF}. */
export interface SppfOptions extends Pick<ConvOptions, "activation"> {
  /** Side of the pooling window, odd (default 5). */
  kernel?: number;
  /** Number of chained pools (default 3). */
  pools?: number;
  /** Adds the input to the output where both have as many channels (default false). */
  shortcut?: boolean;
  /** Activation of the convolution before the pools (default that of the other one). */
  innerActivation?: ActivationName;
}

/**
 * Spatial pyramid pooling by chained pools; three are equal to pools of k, 2k − 1 and 3k − 2 side by side (He et al.,
 * arXiv 1406.4729; YOLOv5 6.1, `SPPF`). [N, H, W, in] → [N, H, W, out].
 */
export class SPPF extends Layer {
  readonly cv1: Conv;
  readonly cv2: Conv;
  readonly m: MaxPool2d;
  readonly pools: number;
  readonly add: boolean;

  constructor(input: number, output: number, options: SppfOptions = {}) {
    super();
    const { kernel = 5, pools = 3, shortcut = false, activation = "silu", innerActivation = activation } = options;
    const hidden = Math.floor(input / 2);
    this.cv1 = this.child("cv1", new Conv(input, hidden, { activation: innerActivation }));
    this.cv2 = this.child("cv2", new Conv((pools + 1) * hidden, output, { activation }));
    this.m = this.child("m", new MaxPool2d(kernel, { stride: 1 }));
    this.pools = pools;
    this.add = shortcut && input === output;
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const maps = [this.cv1.forward(x)];
    for (let i = 0; i < this.pools; i++) maps.push(this.m.forward(maps.at(-1) as tf.Tensor4D));
    const y = this.cv2.forward(tf.concat(maps, 3));
    return this.add ? tf.add(x, y) : y;
  }
}

/**
 * `SPPF: [channels, kernel = 5, pools = 3, shortcut = False]`. Where the number of pools is given, the first convolution has no
 * activation (Ultralytics 8.4).
 */
export const sppfSpec: ModuleSpec = layerSpec(
  { kernel: ["odd", 5], pools: ["size", 3], shortcut: ["flag", false] },
  (channels, options, { args }) => {
    const isPlain = args.given(2).length > 0;
    return new SPPF(...channels, { ...options, ...(isPlain ? { innerActivation: "identity" } : {}) });
  },
);
