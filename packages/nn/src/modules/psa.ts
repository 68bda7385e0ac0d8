import * as tf from "@tensorflow/tfjs-core";
import type { BuildContext, ModuleSpec } from "../config/module-spec.ts";
import { Sequential } from "../containers.ts";
import type { ActivationName } from "../functional/silu.ts";
import { Layer } from "../module.ts";
import type { Cost, Shape } from "../shape.ts";
import { Conv } from "./conv.ts";
import { MapAttention } from "./map-attention.ts";

/** Options of {@link PSA}. */
export interface PsaOptions {
  /** Inner channels as a share of the outer ones (default 0.5). */
  expansion?: number;
  /** Activation (default SiLU). */
  activation?: ActivationName;
}

/**
 * Partial self-attention as YOLOv10 has it: one attention and one feed-forward part on half of the channels (Wang et
 * al., arXiv 2405.14458, section 3.2). [N, H, W, C] → [N, H, W, C].
 */
export class PSA extends Layer {
  readonly cv1: Conv;
  readonly cv2: Conv;
  readonly attn: MapAttention;
  readonly ffn: Sequential<Conv>;

  constructor(channels: number, { expansion = 0.5, activation = "silu" }: PsaOptions = {}) {
    super();
    const hidden = Math.trunc(channels * expansion);
    this.cv1 = this.child("cv1", new Conv(channels, 2 * hidden, { activation }));
    this.cv2 = this.child("cv2", new Conv(2 * hidden, channels, { activation }));
    this.attn = this.child("attn", new MapAttention(hidden, { heads: Math.max(1, Math.floor(hidden / 64)) }));
    const widen = new Conv(hidden, 2 * hidden, { activation });
    this.ffn = this.child("ffn", new Sequential(widen, new Conv(2 * hidden, hidden, { activation: "identity" })));
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const [around, through] = tf.split<tf.Tensor4D>(this.cv1.forward(x), 2, 3) as [tf.Tensor4D, tf.Tensor4D];
    const mixed = tf.add(through, this.attn.forward(through)) as tf.Tensor4D;
    return this.cv2.forward(tf.concat([around, tf.add(mixed, this.ffn.forward(mixed)) as tf.Tensor4D], 3));
  }

  override outputShape(input: Shape, cost?: Cost): Shape {
    const [h, w, doubled] = this.cv1.outputShape(input, cost);
    this.ffn.outputShape(this.attn.outputShape([h, w, doubled / 2], cost), cost);
    return this.cv2.outputShape([h, w, doubled], cost);
  }
}

/** `PSA: [channels, expansion = 0.5]`; as many channels come out as go in. */
export const psaSpec: ModuleSpec = {
  build({ args, inputs, scaleWidth, activation }: BuildContext) {
    const channels = scaleWidth(args.size("channels"));
    const expansion = args.share("expansion", 0.5);
    const input = inputs.only();
    if (input !== channels)
      throw args.error(`as many channels come out as go in, but they are ${channels} and ${input}`);
    const hidden = Math.trunc(channels * expansion);
    args.divides("the number of heads, one for 64 channels,", Math.max(1, Math.floor(hidden / 64)), hidden);
    return { module: new PSA(channels, { expansion, activation }), args: [input, channels, ...args.given(1)] };
  },
};
