import * as tf from "@tensorflow/tfjs-core";
import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import { repeat, type Sequential } from "../containers.ts";
import { Layer } from "../module.ts";
import type { C3Options } from "./c3.ts";
import { Conv } from "./conv.ts";
import { checkAttention } from "./psa.ts";
import { PSABlock } from "./psa-block.ts";

/** Options of {@link C2PSA}; its repeats are attention blocks. */
export type C2PsaOptions = Pick<C3Options, "repeats" | "expansion" | "activation">;

/**
 * Partial self-attention: half of the channels pass attention blocks, half go around them (Wang et al., arXiv 2405.14458,
 * section 3.2; Ultralytics 8.3, `C2PSA`). [N, H, W, C] → [N, H, W, C].
 */
export class C2PSA extends Layer {
  readonly cv1: Conv;
  readonly cv2: Conv;
  readonly m: Sequential<PSABlock>;

  constructor(channels: number, { repeats = 1, expansion = 0.5, activation = "silu" }: C2PsaOptions = {}) {
    super(channels);
    const hidden = Math.trunc(channels * expansion);
    this.cv1 = this.child("cv1", new Conv(channels, 2 * hidden, { activation }));
    this.cv2 = this.child("cv2", new Conv(2 * hidden, channels, { activation }));
    this.m = this.child(
      "m",
      repeat(repeats, () => new PSABlock(hidden, { activation })),
    );
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const [around, through] = tf.split<tf.Tensor4D>(this.cv1.forward(x), 2, 3) as [tf.Tensor4D, tf.Tensor4D];
    return this.cv2.forward(tf.concat([around, this.m.forward(through)], 3));
  }
}

export const c2PsaSpec: ModuleSpec = layerSpec(
  { expansion: ["share", 0.5] },
  (channels, options, { args }) => {
    checkAttention(args, channels, options.expansion);
    return new C2PSA(channels[1], options);
  },
  { repeatsInside: true },
);
