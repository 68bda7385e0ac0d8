import { LookonceError } from "@lookonce/errors";
import * as tf from "@tensorflow/tfjs-core";
import type { BuildContext, ModuleSpec } from "../config/module-spec.ts";
import { convBnAct } from "../functional/conv-bn-act.ts";
import type { Stride } from "../functional/conv2d.ts";
import type { ActivationName } from "../functional/silu.ts";
import { Layer } from "../module.ts";
import type { Cost, Shape } from "../shape.ts";
import { Activation } from "./activation.ts";
import { BatchNorm2d } from "./batch-norm2d.ts";
import { Conv2d } from "./conv2d.ts";

/** Options of {@link Conv}. */
export interface ConvOptions {
  /** Side of the filter, or its height and width (default 1). */
  kernel?: number | readonly [height: number, width: number];
  /** Step between windows (default 1). */
  stride?: Stride;
  /** Zeros on every side (default half the filter's extent, rounded down; none around filters that are not square). */
  padding?: number;
  /** Step between filter taps (default 1). */
  dilation?: number;
  /** Groups the channels fall into (default 1). */
  groups?: number;
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
    const shift = bn.runningMean as tf.Tensor1D;
    const options = { ...bn.affine, ...this.conv.geometry, eps: bn.eps, activation: this.act.kind, shift };
    const { y, ...batch } = convBnAct(x, this.conv.weight as tf.Tensor4D, options);
    bn.track(batch, y.size / y.shape[3]);
    return y;
  }

  /** Folds the normalization's running statistics into the convolution: the same function with one operation less. */
  fuse(): void {
    const bn = this.#bn;
    if (bn === undefined) return;
    tf.tidy(() => {
      const scale = tf.mul(bn.weight, tf.rsqrt(tf.add(bn.runningVariance, bn.eps)));
      this.conv.weight.assign(tf.mul(this.conv.weight, scale));
      this.conv.requireBias().value.assign(tf.sub(bn.bias, tf.mul(bn.runningMean, scale)));
    });
    this.removeChild("bn");
    this.#bn = undefined;
  }

  override outputShape(input: Shape, cost?: Cost): Shape {
    return this.conv.outputShape(input, cost);
  }
}

/** `Conv: [channels, kernel = 1, stride = 1, padding = half, groups = 1, dilation = 1]`. */
export const convSpec: ModuleSpec = {
  build({ args, inputs, scaleWidth, activation }: BuildContext) {
    const channels = scaleWidth(args.size("channels"));
    const kernel = args.size("kernel", 1);
    const stride = args.size("stride", 1);
    const padding = args.optionalWhole("padding");
    const groups = args.size("groups", 1);
    const dilation = args.size("dilation", 1);
    const input = inputs.only();
    args.divides("groups", groups, input, channels);
    const options = { kernel, stride, groups, dilation, activation, ...(padding === undefined ? {} : { padding }) };
    return { module: new Conv(input, channels, options), args: [input, channels, ...args.given(1)] };
  },
};
