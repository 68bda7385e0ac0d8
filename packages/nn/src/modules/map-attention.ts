import { LookonceError } from "@lookonce/errors";
import * as tf from "@tensorflow/tfjs-core";
import { Layer } from "../module.ts";
import type { Cost, Shape } from "../shape.ts";
import { Conv } from "./conv.ts";

/** Options of {@link MapAttention}. */
export interface MapAttentionOptions {
  /** Number of heads, which divides the channels (default one for 64 channels, at least one). */
  heads?: number;
  /** Numbers of a query and of a key, as a share of those of a value (default 0.5). */
  keyRatio?: number;
  /** Side of the depthwise filter for positions (default 3). */
  kernel?: number;
  /** Number of equal runs of cells, row by row, each of which attends to itself alone (default 1). */
  area?: number;
}

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
  readonly area: number;
  readonly qkv: Conv;
  readonly proj: Conv;
  readonly pe: Conv;

  constructor(channels: number, options: MapAttentionOptions = {}) {
    super();
    const { heads = attentionHeads(channels), keyRatio = 0.5, kernel = 3, area = 1 } = options;
    this.heads = heads;
    this.area = area;
    this.valueWidth = Math.floor(channels / heads);
    this.keyWidth = Math.trunc(this.valueWidth * keyRatio);
    const plain = { activation: "identity" } as const;
    this.qkv = this.child("qkv", new Conv(channels, channels + 2 * this.keyWidth * heads, plain));
    this.proj = this.child("proj", new Conv(channels, channels, plain));
    this.pe = this.child("pe", new Conv(channels, channels, { kernel, groups: channels, ...plain }));
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const [n, h, w, channels] = x.shape;
    const { heads, keyWidth, valueWidth, area } = this;
    const cells = this.#cells([h, w, channels]);
    const joint = tf.reshape(this.qkv.forward(x), [n * area, cells, heads, 2 * keyWidth + valueWidth]);
    const perHead = tf.transpose(joint, [0, 2, 1, 3]); // [N · area, heads, cells, …]
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

  override outputShape(input: Shape, cost?: Cost): Shape {
    this.#cells(input);
    return super.outputShape(input, cost);
  }

  /** Cells of one area. */
  #cells([h, w]: Shape): number {
    const cells = (h * w) / this.area;
    if (Number.isInteger(cells)) return cells;
    throw new LookonceError("ARGUMENT", `a map of ${h}x${w} cells cannot be divided into ${this.area} equal areas`);
  }
}

/** One head for 64 channels, at least one. */
export function attentionHeads(channels: number): number {
  return Math.max(1, Math.floor(channels / 64));
}
