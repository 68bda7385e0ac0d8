import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import type { ConvOptions } from "./conv.ts";
import { ParallelConvs } from "./parallel-convs.ts";

/** Options of {@link RepConv}. */
export type RepConvOptions = Pick<ConvOptions, "groups" | "activation"> & { stride?: number };

/**
 * A 3×3 and a 1×1 convolution side by side, one 3×3 convolution once fused (Wang et al., arXiv 2402.13616; Ultralytics 8.4,
 * `RepConv`). [N, H, W, in] → [N, H', W', out].
 */
export class RepConv extends ParallelConvs {
  constructor(input: number, output: number, options: RepConvOptions = {}) {
    super([input, output], { ...options, kernels: [3, 1], names: ["conv1", "conv2"] });
  }
}

/** `RepConv: [channels, kernel = 3, stride = 1, padding = 1, groups = 1]`; kernel and padding have no other value. */
export const repConvSpec: ModuleSpec = layerSpec(
  { kernel: ["size", 3], stride: ["size", 1], padding: ["size", 1], groups: ["size", 1] },
  (channels, { kernel, padding, ...options }, { args }) => {
    if (kernel !== 3 || padding !== 1) {
      throw args.error(`kernel ${kernel} and padding ${padding}: only 3 and 1 can become one filter with a 1×1`);
    }
    args.divides("groups", options.groups, ...channels);
    return new RepConv(...channels, options);
  },
);
