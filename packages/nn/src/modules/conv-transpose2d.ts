import type { Random } from "@lookonce/random";
import * as tf from "@tensorflow/tfjs-core";
import { assignUniform } from "../initial-values.ts";
import { Layer } from "../module.ts";
import type { Cost, Shape } from "../shape.ts";
import type { VariableSlot } from "../variable-slot.ts";

/**
 * A transposed convolution without overlap, whose filter is as wide as its stride: every cell becomes `kernel` × `kernel` cells.
 * [N, H, W, in] → [N, kernel·H, kernel·W, out]; `weight` is stored as [kh, kw, out, in], in PyTorch [in, out, kh, kw].
 */
export class ConvTranspose2d extends Layer {
  readonly kernel: number;
  readonly weight: VariableSlot<tf.Rank.R4>;
  readonly bias: VariableSlot<tf.Rank.R1>;

  constructor(input: number, output: number, kernel = 2) {
    super();
    this.kernel = kernel;
    this.weight = this.parameter("weight", [kernel, kernel, output, input]);
    this.bias = this.parameter("bias", [output]);
  }

  /** PyTorch's default: weight and bias uniform in ±1/√fan_in, where fan_in counts output channels. */
  override reset(rng: Random): void {
    const [kh, kw, output] = this.weight.shape;
    const bound = 1 / Math.sqrt(kh * kw * output);
    for (const { value } of this.ownSlots.values()) assignUniform(value, bound, rng);
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const [n, height, width] = x.shape;
    const { kernel } = this;
    const size: [number, number, number, number] = [n, height * kernel, width * kernel, this.bias.shape[0]];
    return tf.add(tf.conv2dTranspose(x, this.weight.value as tf.Tensor4D, size, kernel, "valid"), this.bias.value);
  }

  override outputShape([h, w]: Shape, cost?: Cost): Shape {
    if (cost !== undefined) cost.macs += h * w * this.weight.size;
    return [h * this.kernel, w * this.kernel, this.bias.shape[0]];
  }
}
