import * as tf from "@tensorflow/tfjs-core";
import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import { Layer } from "../module.ts";
import { Conv, type ConvOptions } from "./conv.ts";

/** Options of {@link ELAN1}. */
export interface ElanOptions extends Pick<ConvOptions, "activation"> {
  /** Channels after the first convolution, an even number: half of them pass the chain. */
  c3: number;
  /** Channels of each of the chain's two links. */
  c4: number;
}

/** {@link ElanOptions} and what stands in place of the 3×3 convolutions, for ELAN1's relative. */
export interface ElanInnerOptions extends ElanOptions {
  /** Builds one link of the chain. */
  link?: (input: number, output: number) => Layer;
}

/**
 * Layer aggregation: half of the channels pass a chain of two, and every link reaches the output (Wang et al., arXiv
 * 2402.13616, section 4.2; Ultralytics 8.4, `ELAN1`). [N, H, W, in] → [N, H, W, out].
 */
export class ELAN1 extends Layer {
  readonly cv1: Conv;
  readonly cv2: Layer;
  readonly cv3: Layer;
  readonly cv4: Conv;

  constructor(input: number, output: number, { c3, c4, activation = "silu", ...options }: ElanInnerOptions) {
    super(output);
    const { link = (from, to) => new Conv(from, to, { kernel: 3, activation }) } = options;
    this.cv1 = this.child("cv1", new Conv(input, c3, { activation }));
    this.cv2 = this.child("cv2", link(c3 / 2, c4));
    this.cv3 = this.child("cv3", link(c4, c4));
    this.cv4 = this.child("cv4", new Conv(c3 + 2 * c4, output, { activation }));
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const [around, through] = tf.split<tf.Tensor4D>(this.cv1.forward(x), 2, 3) as [tf.Tensor4D, tf.Tensor4D];
    const first = this.cv2.forward(through);
    return this.cv4.forward(tf.concat([around, through, first, this.cv3.forward(first)], 3));
  }
}

/** `ELAN1: [channels, c3, c4]`; only the channels are scaled. */
export const elan1Spec: ModuleSpec = layerSpec({ c3: ["size"], c4: ["size"] }, (channels, options, { args }) => {
  args.divides("the chain's share of c3", 2, options.c3);
  return new ELAN1(...channels, options);
});
