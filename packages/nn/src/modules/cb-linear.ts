import * as tf from "@tensorflow/tfjs-core";
import type { ModuleSpec } from "../config/module-spec.ts";
import { Split } from "../module.ts";
import type { Cost, Shape } from "../shape.ts";
import { Conv2d } from "./conv2d.ts";

/**
 * A convolution with bias and nothing after it, whose channels are several maps, for {@link CBFuse} (Wang et al., arXiv
 * 2402.13616; Ultralytics 8.4, `CBLinear`). [N, H, W, in] → [N, H', W', outᵢ] …
 */
export class CBLinear extends Split {
  readonly outputs: readonly number[];
  readonly conv: Conv2d;

  /** @param outputs channels of each map that comes out */
  constructor(input: number, outputs: readonly number[], options: CbLinearOptions = {}) {
    super();
    const { kernel = 1, padding = Math.floor(kernel / 2), ...others } = options;
    const channels = outputs.reduce((sum, count) => sum + count, 0);
    this.outputs = outputs;
    this.conv = this.child("conv", new Conv2d(input, channels, { kernel, padding, ...others }));
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D[] {
    const y = this.conv.forward(x);
    // Of a split into one the gradient tape passes on a tensor where the gradient needs a list.
    if (this.outputs.length === 1) return [y];
    // A copy: the gradient tape keeps the array that `split` returns.
    return [...tf.split<tf.Tensor4D>(y, [...this.outputs], 3)];
  }

  override outputShapes(input: Shape, cost?: Cost): Shape[] {
    const [height, width] = this.conv.outputShape(input, cost);
    return this.outputs.map((channels) => [height, width, channels]);
  }
}

/** Options of {@link CBLinear}: side of the filter (default 1), stride (1), padding (half the filter), groups (1). */
export interface CbLinearOptions {
  kernel?: number;
  stride?: number;
  padding?: number;
  groups?: number;
}

/** `CBLinear: [[channels, …], kernel = 1, stride = 1, padding = kernel / 2, groups = 1]`; channels are not scaled. */
export const cbLinearSpec: ModuleSpec = {
  build({ args, inputs }) {
    const outputs = args.sizes("channels of each map");
    const kernel = args.size("kernel", 1);
    const stride = args.size("stride", 1);
    const padding = args.optionalWhole("padding") ?? Math.floor(kernel / 2);
    const groups = args.size("groups", 1);
    const input = inputs.only();
    args.divides(
      "groups",
      groups,
      input,
      outputs.reduce((sum, count) => sum + count, 0),
    );
    const module = new CBLinear(input, outputs, { kernel, stride, padding, groups });
    return { module, args: [input, ...args.given(0)] };
  },
};
