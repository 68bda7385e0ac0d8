import * as tf from "@tensorflow/tfjs-core";
import { Sequential } from "../containers.ts";
import { Layer } from "../module.ts";
import { Conv, type ConvOptions } from "./conv.ts";
import { MapAttention } from "./map-attention.ts";

/**
 * Attention between cells, then two 1×1 convolutions, each with a shortcut (Wang et al., arXiv 2405.14458, section 3.2;
 * Ultralytics 8.3, `PSABlock`). [N, H, W, C] → [N, H, W, C].
 */
export class PSABlock extends Layer {
  readonly attn: MapAttention;
  readonly ffn: Sequential<Conv>;

  constructor(channels: number, { activation = "silu" }: Pick<ConvOptions, "activation"> = {}) {
    super();
    this.attn = this.child("attn", new MapAttention(channels));
    const widen = new Conv(channels, 2 * channels, { activation });
    this.ffn = this.child("ffn", new Sequential(widen, new Conv(2 * channels, channels, { activation: "identity" })));
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const y = tf.add(x, this.attn.forward(x)) as tf.Tensor4D;
    return tf.add(y, this.ffn.forward(y));
  }
}
