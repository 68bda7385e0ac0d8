import * as tf from "@tensorflow/tfjs-core";
import { Module } from "../module.ts";
import { Linear } from "./linear.ts";
import { MultiheadAttention } from "./multihead-attention.ts";

/**
 * Attention and two linear layers, each with a shortcut, without normalization and activation (Dosovitskiy et al.,
 * arXiv 2010.11929, less these two; YOLOv5 6.1, `TransformerLayer`). [N, T, C] → [N, T, C].
 */
export class TransformerLayer extends Module {
  readonly q: Linear;
  readonly k: Linear;
  readonly v: Linear;
  readonly ma: MultiheadAttention;
  readonly fc1: Linear;
  readonly fc2: Linear;

  constructor(channels: number, heads: number) {
    super();
    const linear = (name: string): Linear => this.child(name, new Linear(channels, channels, { bias: false }));
    this.q = linear("q");
    this.k = linear("k");
    this.v = linear("v");
    this.ma = this.child("ma", new MultiheadAttention(channels, heads));
    this.fc1 = linear("fc1");
    this.fc2 = linear("fc2");
  }

  forward(x: tf.Tensor3D): tf.Tensor3D {
    const attended = this.ma.forward(this.q.forward(x), this.k.forward(x), this.v.forward(x));
    const mixed = tf.add(attended, x) as tf.Tensor3D;
    return tf.add(this.fc2.forward(this.fc1.forward(mixed)), mixed);
  }
}
