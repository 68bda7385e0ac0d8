import type { Random } from "@lookonce/random";
import * as tf from "@tensorflow/tfjs-core";
import { type Conv2dOptions, conv2d } from "../functional/conv2d.ts";
import { assignNormal, assignUniform } from "../initial-values.ts";
import { Layer } from "../module.ts";
import { type Cost, type Shape, windowOutput } from "../shape.ts";
import type { VariableSlot } from "../variable-slot.ts";

/** Options of {@link Conv2d}. */
export interface Conv2dLayerOptions extends Conv2dOptions {
  /** Side of the filter, or its height and width (default 1). */
  kernel?: number | readonly [height: number, width: number];
  /** Whether an offset per channel is added (default true). */
  bias?: boolean;
}

/** A plain convolution. [N, H, W, in] → [N, H', W', out]; `weight` is stored as [kh, kw, in / groups, out]. */
export class Conv2d extends Layer {
  readonly geometry: Required<Conv2dOptions>;
  readonly weight: VariableSlot<tf.Rank.R4>;
  /** Standard deviation of fresh filters, drawn from a normal distribution; PyTorch's default where not set. */
  initialDeviation: number | undefined;
  #bias: VariableSlot<tf.Rank.R1> | undefined;

  constructor(input: number, output: number, options: Conv2dLayerOptions = {}) {
    super();
    const { kernel = 1, stride = 1, padding = 0, dilation = 1, groups = 1, bias = true } = options;
    this.geometry = { stride, padding, dilation, groups };
    const [kh, kw] = typeof kernel === "number" ? [kernel, kernel] : kernel;
    this.weight = this.parameter("weight", [kh, kw, input / groups, output]);
    if (bias) this.#bias = this.parameter("bias", [output]);
  }

  /** The bias, which is created with zeros where there was none. */
  requireBias(): VariableSlot<tf.Rank.R1> {
    this.#bias ??= this.parameter("bias", [this.weight.shape[3]]);
    return this.#bias;
  }

  /**
   * PyTorch's default: weight and bias uniform in ±1/√fan_in (Kaiming's rule with a = √5; He et al., arXiv 1502.01852), unless
   * the weight has a deviation of its own.
   */
  override reset(rng: Random): void {
    const [kh, kw, perGroup] = this.weight.shape;
    const bound = 1 / Math.sqrt(kh * kw * perGroup);
    for (const [name, { value }] of this.ownSlots) {
      const deviation = name === "weight" ? this.initialDeviation : undefined;
      if (deviation === undefined) assignUniform(value, bound, rng);
      else assignNormal(value, deviation, rng);
    }
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const y = conv2d(x, this.weight.value as tf.Tensor4D, this.geometry);
    return this.#bias === undefined ? y : tf.add(y, this.#bias.value);
  }

  override outputShape([height, width]: Shape, cost?: Cost): Shape {
    const [kh, kw, perGroup, output] = this.weight.shape;
    const { dilation, padding, stride } = this.geometry;
    const [sh, sw] = typeof stride === "number" ? [stride, stride] : stride;
    const h = windowOutput(height, dilation * (kh - 1) + 1, { stride: sh, padding });
    const w = windowOutput(width, dilation * (kw - 1) + 1, { stride: sw, padding });
    if (cost !== undefined) cost.macs += h * w * output * perGroup * kh * kw;
    return [h, w, output];
  }
}
