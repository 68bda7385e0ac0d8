import * as tf from "@tensorflow/tfjs-core";
import { Layer } from "../module.ts";
import { Conv } from "./conv.ts";

/**
 * Multi-head attention between the cells of a map, with a depthwise convolution of the values for their positions (Wang
 * et al., arXiv 2405.14458, section 3.2; Ultralytics 8.3, `Attention`). [N, H, W, C] → [N, H, W, C].
 *
 * `qkv` outputs, head by head, the query, the key and the value.
 */
export class MapAttention extends Layer {
  readonly heads: number;
  readonly keyWidth: number;
  readonly valueWidth: number;
  readonly qkv: Conv;
  readonly proj: Conv;
  readonly pe: Conv;

  /** @param channels as many as {@link attentionHeads} divides */
  constructor(channels: number) {
    super();
    const heads = attentionHeads(channels);
    this.heads = heads;
    this.valueWidth = Math.floor(channels / heads);
    this.keyWidth = Math.trunc(this.valueWidth / 2);
    const plain = { activation: "identity" } as const;
    this.qkv = this.child("qkv", new Conv(channels, channels + 2 * this.keyWidth * heads, plain));
    this.proj = this.child("proj", new Conv(channels, channels, plain));
    this.pe = this.child("pe", new Conv(channels, channels, { kernel: 3, groups: channels, ...plain }));
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const [n, h, w, channels] = x.shape;
    const { heads, keyWidth, valueWidth } = this;
    const joint = tf.reshape(this.qkv.forward(x), [n, h * w, heads, 2 * keyWidth + valueWidth]);
    const perHead = tf.transpose(joint, [0, 2, 1, 3]); // [N, heads, cells, …]
    const [query, key, value] = tf.split(perHead, [keyWidth, keyWidth, valueWidth], 3) as [
      tf.Tensor4D,
      tf.Tensor4D,
      tf.Tensor4D,
    ];
    const attention = tf.softmax(tf.mul(tf.matMul(query, key, false, true), 1 / Math.sqrt(keyWidth)), 3);
    const toMap = (y: tf.Tensor): tf.Tensor4D => tf.reshape(tf.transpose(y, [0, 2, 1, 3]), [n, h, w, channels]);
    const mixed = toMap(tf.matMul(attention, value));
    return this.proj.forward(tf.add(mixed, this.pe.forward(toMap(value))));
  }
}

/** One head for 64 channels, at least one. */
export function attentionHeads(channels: number): number {
  return Math.max(1, Math.floor(channels / 64));
}
