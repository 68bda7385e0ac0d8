import * as tf from "@tensorflow/tfjs-core";
import type { Args } from "../config/args.ts";
import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import type { Sequential } from "../containers.ts";
import { Layer } from "../module.ts";
import type { C3Options } from "./c3.ts";
import { Conv } from "./conv.ts";
import { attentionHeads, type MapAttention } from "./map-attention.ts";
import { PSABlock } from "./psa-block.ts";

/** Options of {@link PSA}. */
export type PsaOptions = Pick<C3Options, "expansion" | "activation">;

/**
 * Partial self-attention as YOLOv10 has it: one attention and one feed-forward part on half of the channels (Wang et
 * al., arXiv 2405.14458, section 3.2). [N, H, W, C] → [N, H, W, C].
 */
export class PSA extends Layer {
  readonly cv1: Conv;
  readonly cv2: Conv;
  readonly attn: MapAttention;
  readonly ffn: Sequential<Conv>;
  readonly #block: PSABlock;

  constructor(channels: number, { expansion = 0.5, activation = "silu" }: PsaOptions = {}) {
    super(channels);
    const hidden = Math.trunc(channels * expansion);
    this.cv1 = this.child("cv1", new Conv(channels, 2 * hidden, { activation }));
    this.cv2 = this.child("cv2", new Conv(2 * hidden, channels, { activation }));
    // Checkpoints name the parts of the block, not the block.
    this.#block = new PSABlock(hidden, { activation });
    this.attn = this.child("attn", this.#block.attn);
    this.ffn = this.child("ffn", this.#block.ffn);
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const [around, through] = tf.split<tf.Tensor4D>(this.cv1.forward(x), 2, 3) as [tf.Tensor4D, tf.Tensor4D];
    return this.cv2.forward(tf.concat([around, this.#block.forward(through)], 3));
  }
}

/** Fails unless as many channels come out as go in, and the heads divide the inner ones. */
export function checkAttention(args: Args, [input, output]: readonly [number, number], expansion: number): void {
  if (input !== output) throw args.error(`as many channels come out as go in, but they are ${output} and ${input}`);
  checkHeads(args, Math.trunc(output * expansion));
}

/** Fails unless the heads divide the channels within. */
export function checkHeads(args: Args, hidden: number): void {
  args.divides("the number of heads, one for 64 channels,", attentionHeads(hidden), hidden);
}

export const psaSpec: ModuleSpec = layerSpec({ expansion: ["share", 0.5] }, (channels, options, { args }) => {
  checkAttention(args, channels, options.expansion);
  return new PSA(channels[1], options);
});
