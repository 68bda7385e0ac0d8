import { LookonceError } from "@lookonce/errors";
import * as tf from "@tensorflow/tfjs-core";
import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import { convBnAct } from "../functional/conv-bn-act.ts";
import type { ActivationName } from "../functional/silu.ts";
import { Layer } from "../module.ts";
import { Activation } from "./activation.ts";
import { BatchNorm2d } from "./batch-norm2d.ts";
import { Conv2d, type Conv2dLayerOptions } from "./conv2d.ts";

/** Options of {@link Conv}. */
export interface ConvOptions extends Omit<Conv2dLayerOptions, "bias"> {
  /** Zeros on every side (default half the filter's extent, rounded down; none around filters that are not square). */
  padding?: number;
  /** What follows the normalization (default SiLU). */
  activation?: ActivationName;
}

/**
 * Convolution without bias, batch normalization, activation. [N, H, W, in] → [N, H', W', out].
 *
 * Variables: `conv.weight`, `bn.weight`, `bn.bias`, `bn.running_mean`, `bn.running_var`; once fused `conv.weight` and
 * `conv.bias`.
 */
export class Conv extends Layer {
  readonly conv: Conv2d;
  readonly act: Activation;
  #bn: BatchNorm2d | undefined;

  constructor(input: number, output: number, options: ConvOptions = {}) {
    super();
    const { kernel = 1, stride = 1, dilation = 1, groups = 1, activation = "silu" } = options;
    const half = typeof kernel === "number" ? Math.floor((dilation * (kernel - 1) + 1) / 2) : 0;
    const padding = options.padding ?? half;
    const conv = new Conv2d(input, output, { kernel, stride, padding, dilation, groups, bias: false });
    this.conv = this.child("conv", conv);
    this.#bn = this.child("bn", new BatchNorm2d(output));
    this.act = this.child("act", new Activation(activation));
  }

  /** The normalization; `undefined` once it is folded into the convolution. */
  get bn(): BatchNorm2d | undefined {
    return this.#bn;
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    if (!this.training) {
      const y = this.conv.forward(x);
      return this.act.forward(this.#bn === undefined ? y : this.#bn.forward(y));
    }
    const bn = this.#bn;
    if (bn === undefined) {
      throw new LookonceError(
        "UNSUPPORTED",
        "a fused model cannot be trained: build it again and load the weights unfused",
      );
    }
    const shift = bn.runningMean.value as tf.Tensor1D;
    const options = { ...bn.affine, ...this.conv.geometry, eps: bn.eps, activation: this.act.kind, shift };
    const { y, ...batch } = convBnAct(x, this.conv.weight.value as tf.Tensor4D, options);
    bn.track(batch, y.size / y.shape[3]);
    return y;
  }

  /** Folds the normalization's running statistics into the convolution: the same function with one operation less. */
  fuse(): void {
    const bn = this.#bn;
    if (bn === undefined) return;
    tf.tidy(() => {
      const { gamma, beta } = bn.affine;
      const scale = tf.mul(gamma, tf.rsqrt(tf.add(bn.runningVariance.value, bn.eps)));
      this.conv.weight.value.assign(tf.mul(this.conv.weight.value, scale));
      this.conv.requireBias().value.assign(tf.sub(beta, tf.mul(bn.runningMean.value, scale)));
    });
    this.removeChild("bn");
    this.#bn = undefined;
  }
}

export const convSpec: ModuleSpec = layerSpec(
  { kernel: ["size", 1], stride: ["size", 1], padding: ["optionalWhole"], groups: ["size", 1], dilation: ["size", 1] },
  (channels, options, { args }) => {
    args.divides("groups", options.groups, ...channels);
    return new Conv(...channels, options);
  },
);
