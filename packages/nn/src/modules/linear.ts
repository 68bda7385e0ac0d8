import type { Random } from "@lookonce/random";
import * as tf from "@tensorflow/tfjs-core";
import { assignUniform } from "../initial-values.ts";
import { Module } from "../module.ts";
import type { Cost, Shape } from "../shape.ts";
import type { VariableSlot } from "../variable-slot.ts";

/** Options of {@link Linear}. */
export interface LinearOptions {
  /** Whether an offset per output is added (default true). */
  bias?: boolean;
}

/** A fully connected layer on the last axis. [N, T, in] → [N, T, out]; `weight` is stored as in PyTorch, [out, in]. */
export class Linear extends Module {
  readonly weight: VariableSlot<tf.Rank.R2>;
  readonly bias: VariableSlot<tf.Rank.R1> | undefined;

  constructor(input: number, output: number, { bias = true }: LinearOptions = {}) {
    super();
    this.weight = this.parameter("weight", [output, input]);
    if (bias) this.bias = this.parameter("bias", [output]);
  }

  forward(x: tf.Tensor3D): tf.Tensor3D {
    return project(x, this.weight.value as tf.Tensor2D, this.bias?.value as tf.Tensor1D | undefined);
  }

  /** Every cell of the map is a token. */
  override outputShape([h, w]: Shape, cost?: Cost): Shape {
    if (cost !== undefined) cost.linearMacs += h * w * this.weight.size;
    return [h, w, this.weight.shape[0]];
  }

  /** PyTorch's default: weight and bias uniform in ±1/√fan_in. */
  override reset(rng: Random): void {
    const bound = 1 / Math.sqrt(this.weight.shape[1]);
    for (const { value } of this.ownSlots.values()) assignUniform(value, bound, rng);
  }
}

/** x · weightᵀ + bias on the last axis; x [N, T, in], weight [out, in], bias [out] → [N, T, out]. */
export function project(x: tf.Tensor3D, weight: tf.Tensor2D, bias?: tf.Tensor1D): tf.Tensor3D {
  const [n, tokens, input] = x.shape;
  const flat = tf.matMul(tf.reshape(x, [n * tokens, input]), weight, false, true);
  return tf.reshape(bias === undefined ? flat : tf.add(flat, bias), [n, tokens, weight.shape[0]]);
}
