import * as tf from "@tensorflow/tfjs-core";
import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import { Layer } from "../module.ts";
import { Conv, type ConvOptions } from "./conv.ts";
import { MaxPool2d } from "./max-pool2d.ts";

/** Options of {@link SPPELAN}. */
export interface SppElanOptions extends Pick<ConvOptions, "activation"> {
  /** Channels of each of the four maps that are joined. */
  c3: number;
  /** Side of the pooling window, odd (default 5). */
  kernel?: number;
}

/**
 * YOLOv9's spatial pyramid pooling: a 1×1 convolution, three chained pools, all four joined (Wang et al., arXiv 2402.13616;
 * Ultralytics 8.4, `SPPELAN`). [N, H, W, in] → [N, H, W, out].
 */
export class SPPELAN extends Layer {
  readonly cv1: Conv;
  readonly pools: readonly MaxPool2d[];
  readonly cv5: Conv;

  constructor(input: number, output: number, { c3, kernel = 5, activation = "silu" }: SppElanOptions) {
    super();
    this.cv1 = this.child("cv1", new Conv(input, c3, { activation }));
    this.pools = ["cv2", "cv3", "cv4"].map((name) => this.child(name, new MaxPool2d(kernel, { stride: 1 })));
    this.cv5 = this.child("cv5", new Conv(4 * c3, output, { activation }));
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const maps = [this.cv1.forward(x)];
    for (const pool of this.pools) maps.push(pool.forward(maps.at(-1) as tf.Tensor4D));
    return this.cv5.forward(tf.concat(maps, 3));
  }
}

/** `SPPELAN: [channels, c3, kernel = 5]`; only the channels are scaled. */
export const sppElanSpec: ModuleSpec = layerSpec(
  { c3: ["size"], kernel: ["odd", 5] },
  (channels, options) => new SPPELAN(...channels, options),
);
