import * as tf from "@tensorflow/tfjs-core";
import type { BuildContext, ModuleSpec } from "../config/module-spec.ts";
import { Sequential } from "../containers.ts";
import type { ActivationName } from "../functional/silu.ts";
import { Layer } from "../module.ts";
import type { Cost, Shape } from "../shape.ts";
import { Conv } from "./conv.ts";
import { PSABlock } from "./psa-block.ts";

/** Options of {@link C2PSA}. */
export interface C2PsaOptions {
  /** Number of attention blocks (default 1). */
  repeats?: number;
  /** Inner channels as a share of the outer ones (default 0.5). */
  expansion?: number;
  /** Activation (default SiLU). */
  activation?: ActivationName;
}

/**
 * Partial self-attention: half of the channels pass attention blocks, half go around them (Wang et al., arXiv 2405.14458,
 * section 3.2; Ultralytics 8.3, `C2PSA`). [N, H, W, C] → [N, H, W, C].
 */
export class C2PSA extends Layer {
  readonly cv1: Conv;
  readonly cv2: Conv;
  readonly m: Sequential<PSABlock>;

  constructor(channels: number, options: C2PsaOptions = {}) {
    super();
    const { repeats = 1, expansion = 0.5, activation = "silu" } = options;
    const hidden = Math.trunc(channels * expansion);
    this.cv1 = this.child("cv1", new Conv(channels, 2 * hidden, { activation }));
    this.cv2 = this.child("cv2", new Conv(2 * hidden, channels, { activation }));
    const chain = Array.from({ length: repeats }, () => new PSABlock(hidden, { activation }));
    this.m = this.child("m", new Sequential(...chain));
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const [around, through] = tf.split<tf.Tensor4D>(this.cv1.forward(x), 2, 3) as [tf.Tensor4D, tf.Tensor4D];
    return this.cv2.forward(tf.concat([around, this.m.forward(through)], 3));
  }

  override outputShape(input: Shape, cost?: Cost): Shape {
    const [h, w, doubled] = this.cv1.outputShape(input, cost);
    this.m.outputShape([h, w, doubled / 2], cost);
    return this.cv2.outputShape([h, w, doubled], cost);
  }
}

/** `C2PSA: [channels, expansion = 0.5]`; as many channels come out as go in, the layer's repeats are its blocks. */
export const c2PsaSpec: ModuleSpec = {
  repeatsInside: true,
  build({ args, inputs, scaleWidth, activation, repeats }: BuildContext) {
    const channels = scaleWidth(args.size("channels"));
    const expansion = args.share("expansion", 0.5);
    const input = inputs.only();
    if (input !== channels)
      throw args.error(`as many channels come out as go in, but they are ${channels} and ${input}`);
    const hidden = Math.trunc(channels * expansion);
    args.divides("the number of heads, one for 64 channels,", Math.max(1, Math.floor(hidden / 64)), hidden);
    const module = new C2PSA(channels, { repeats, expansion, activation });
    return { module, args: [input, channels, repeats, ...args.given(1)] };
  },
};
