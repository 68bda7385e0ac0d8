import * as tf from "@tensorflow/tfjs-core";
import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import { Layer } from "../module.ts";
import type { BottleneckOptions } from "./bottleneck.ts";
import { Conv } from "./conv.ts";
import { RepConv } from "./rep-conv.ts";

/** Options of {@link RepBottleneck}. */
export type RepBottleneckOptions = Omit<BottleneckOptions, "kernels">;

/**
 * A bottleneck whose first convolution is a {@link RepConv} (Wang et al., arXiv 2402.13616; Ultralytics 8.4, `RepBottleneck`).
 * [N, H, W, in] → [N, H, W, out].
 */
export class RepBottleneck extends Layer {
  readonly cv1: RepConv;
  readonly cv2: Conv;
  readonly add: boolean;

  constructor(input: number, output: number, options: RepBottleneckOptions = {}) {
    super();
    const { shortcut = true, groups = 1, expansion = 0.5, activation = "silu" } = options;
    const hidden = Math.trunc(output * expansion);
    this.cv1 = this.child("cv1", new RepConv(input, hidden, { activation }));
    this.cv2 = this.child("cv2", new Conv(hidden, output, { kernel: 3, groups, activation }));
    this.add = shortcut && input === output;
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const y = this.cv2.forward(this.cv1.forward(x));
    return this.add ? tf.add(x, y) : y;
  }
}

export const repBottleneckSpec: ModuleSpec = layerSpec(
  { shortcut: ["flag", true], groups: ["size", 1] },
  ([input, output], options, { args }) => {
    args.divides("groups", options.groups, Math.trunc(output / 2), output);
    return new RepBottleneck(input, output, options);
  },
);
