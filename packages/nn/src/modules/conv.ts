import { LookonceError } from "@lookonce/errors";
import * as tf from "@tensorflow/tfjs-core";
import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import { convBnAct } from "../functional/conv-bn-act.ts";
import type { ActivationName } from "../functional/silu.ts";
import { Layer } from "../module.ts";
import type { VariableSlot } from "../variable-slot.ts";
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
    const { affine, eps, whole } = bn;
    const options = { ...affine, ...this.conv.geometry, eps, activation: this.act.kind, shift, whole };
    const { y, ...batch } = convBnAct(x, this.conv.weight.value as tf.Tensor4D, options);
    bn.track(batch, y);
    return y;
  }

  /**
   * Folds the normalization's running statistics into the convolution: the same function with one operation less. Computed
   * on the host, where weights just loaded are: on a lazy device it would be a graph to compile.
   */
  async fuse(): Promise<void> {
    const bn = this.#bn;
    if (bn === undefined) return;
    const { gamma, beta } = bn.affine;
    const filter = this.conv.weight.value;
    const read = async (tensor: tf.Tensor): Promise<Float32Array> => (await tensor.data()) as Float32Array;
    const [weights, gammas, betas, means, variances] = await Promise.all([
      read(filter),
      read(gamma),
      read(beta),
      read(bn.runningMean.value),
      read(bn.runningVariance.value),
    ]);
    const scale = gammas.map((factor, c) => factor / Math.sqrt((variances[c] as number) + bn.eps));
    const bias = betas.map((offset, c) => offset - (means[c] as number) * (scale[c] as number));
    tf.tidy(() => {
      filter.assign(tf.tensor(scaleChannels(weights, scale), filter.shape));
      this.dropNorm().value.assign(tf.tensor(bias));
    });
  }

  /** Removes the normalization as {@link fuse} does; the weights stay as they are. @returns the bias, whose values are to be set */
  dropNorm(): VariableSlot<tf.Rank.R1> {
    this.removeChild("bn");
    this.#bn = undefined;
    return this.conv.requireBias();
  }
}

/** Multiplies filters, whose last axis is that of the output's channels. V8 does not optimize loops in async functions. */
function scaleChannels(filters: Float32Array, scale: Float32Array): Float32Array {
  const scaled = new Float32Array(filters.length);
  for (let i = 0; i < scaled.length; i += scale.length) {
    for (let c = 0; c < scale.length; c++) scaled[i + c] = (filters[i + c] as number) * (scale[c] as number);
  }
  return scaled;
}

export const convSpec: ModuleSpec = layerSpec(
  { kernel: ["size", 1], stride: ["size", 1], padding: ["optionalWhole"], groups: ["size", 1], dilation: ["size", 1] },
  (channels, options, { args }) => {
    args.divides("groups", options.groups, ...channels);
    return new Conv(...channels, options);
  },
);
