import type { Random } from "@lookonce/random";
import * as tf from "@tensorflow/tfjs-core";
import { assignUniform } from "../initial-values.ts";
import { Module } from "../module.ts";
import type { Shape } from "../shape.ts";
import type { VariableSlot } from "../variable-slot.ts";
import { Linear, project } from "./linear.ts";

/**
 * Multi-head attention (Vaswani et al., arXiv 1706.03762, section 3.2.2) with PyTorch's names: `in_proj_weight` [3C, C]
 * for queries, keys and values, `in_proj_bias` and `out_proj`. Three times [N, T, C] → [N, T, C].
 */
export class MultiheadAttention extends Module {
  readonly heads: number;
  /** The joint matrix of queries, keys and values, [3C, C], and its offset [3C]. */
  readonly inWeight: VariableSlot<tf.Rank.R2>;
  readonly inBias: VariableSlot<tf.Rank.R1>;
  readonly outProj: Linear;

  constructor(channels: number, heads: number) {
    super();
    this.heads = heads;
    this.inWeight = this.parameter("in_proj_weight", [3 * channels, channels]);
    this.inBias = this.parameter("in_proj_bias", [3 * channels]);
    this.outProj = this.child("out_proj", new Linear(channels, channels));
  }

  forward(query: tf.Tensor3D, key: tf.Tensor3D, value: tf.Tensor3D): tf.Tensor3D {
    const weights = tf.split<tf.Tensor2D>(this.inWeight.value as tf.Tensor2D, 3, 0);
    const biases = tf.split<tf.Tensor1D>(this.inBias.value as tf.Tensor1D, 3, 0);
    const [q, k, v] = [query, key, value].map((x, i) => this.#split(project(x, weights[i] as tf.Tensor2D, biases[i])));
    const [n, tokens, channels] = query.shape;
    const scores = tf.matMul(q as tf.Tensor4D, k as tf.Tensor4D, false, true);
    const attention = tf.softmax(tf.mul(scores, 1 / Math.sqrt(channels / this.heads)), 3);
    const mixed = tf.transpose(tf.matMul(attention, v as tf.Tensor4D), [0, 2, 1, 3]);
    return this.outProj.forward(tf.reshape(mixed, [n, tokens, channels]));
  }

  /** [N, T, C] → [N, heads, T, C / heads]. */
  #split(x: tf.Tensor3D): tf.Tensor4D {
    const [n, tokens, channels] = x.shape;
    return tf.transpose(tf.reshape(x, [n, tokens, this.heads, channels / this.heads]), [0, 2, 1, 3]);
  }

  /** PyTorch's default: the joint weight uniform in ±√(6 / (C + 3C)) (Glorot and Bengio, 2010), its bias zero. */
  override reset(rng: Random): void {
    const [rows, columns] = this.inWeight.shape;
    assignUniform(this.inWeight.value, Math.sqrt(6 / (rows + columns)), rng);
    tf.tidy(() => this.inBias.value.assign(tf.zeros(this.inBias.shape)));
  }

  /** Counts nothing, as the reference does: neither the products of the attention nor its linear layers. */
  override outputShape(input: Shape): Shape {
    return input;
  }
}
