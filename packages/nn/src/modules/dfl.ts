import * as tf from "@tensorflow/tfjs-core";
import { expectedDistances } from "../decode/anchor-free.ts";
import { Module } from "../module.ts";
import type { VariableSlot } from "../variable-slot.ts";

/** The numbers 0 … bins − 1 as a fixed filter [1, 1, bins, 1]; checkpoints store it as a parameter. */
class BinValues extends Module {
  readonly #weight: VariableSlot<tf.Rank.R4>;

  constructor(bins: number) {
    super();
    this.#weight = this.parameter("weight", [1, 1, bins, 1], () => tf.reshape(tf.range(0, bins), [1, 1, bins, 1]));
    this.#weight.trainable = false;
  }

  get weight(): tf.Variable<tf.Rank.R4> {
    return this.#weight.value;
  }
}

/** Distribution Focal Loss's integral, {@link expectedDistances} with the bins of the checkpoint: [..., bins] → [...]. */
export class Dfl extends Module {
  readonly bins: number;
  readonly conv: BinValues;

  constructor(bins: number) {
    super();
    this.bins = bins;
    this.conv = this.child("conv", new BinValues(bins));
  }

  forward(logits: tf.Tensor): tf.Tensor {
    return expectedDistances(logits, tf.reshape(this.conv.weight, [this.bins]));
  }
}
