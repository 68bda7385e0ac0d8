import * as tf from "@tensorflow/tfjs-core";
import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import type { ActivationName } from "../functional/silu.ts";
import { Layer } from "../module.ts";
import { Conv } from "./conv.ts";

/** Options of {@link Bottleneck}. */
export interface BottleneckOptions {
  /** Adds the input to the output where both have as many channels (default true). */
  shortcut?: boolean;
  /** Groups of the second convolution (default 1). */
  groups?: number;
  /** Filter sides of the two convolutions (default 1 and 3). */
  kernels?: readonly [number, number];
  /** Inner channels as a share of the output's (default 0.5). */
  expansion?: number;
  /** Activation of every convolution (default SiLU). */
  activation?: ActivationName;
}

/** Two convolutions with a shortcut around them (He et al., arXiv 1512.03385). [N, H, W, in] → [N, H, W, out]. */
export class Bottleneck extends Layer {
  readonly cv1: Conv;
  readonly cv2: Conv;
  readonly add: boolean;

  constructor(input: number, output: number, options: BottleneckOptions = {}) {
    super();
    const { shortcut = true, groups = 1, kernels = [1, 3], expansion = 0.5, activation = "silu" } = options;
    const hidden = Math.trunc(output * expansion);
    this.cv1 = this.child("cv1", new Conv(input, hidden, { kernel: kernels[0], activation }));
    this.cv2 = this.child("cv2", new Conv(hidden, output, { kernel: kernels[1], groups, activation }));
    this.add = shortcut && input === output;
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const y = this.cv2.forward(this.cv1.forward(x));
    return this.add ? tf.add(x, y) : y;
  }
}

export const bottleneckSpec: ModuleSpec = layerSpec(
  { shortcut: ["flag", true], groups: ["size", 1] },
  ([input, output], options, { args, bottleneckKernel }) => {
    args.divides("groups", options.groups, Math.trunc(output / 2), output);
    return new Bottleneck(input, output, { ...options, kernels: [bottleneckKernel, 3] });
  },
);
