import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import type { ConvOptions } from "./conv.ts";
import { ParallelConvs } from "./parallel-convs.ts";

/**
 * A depthwise 7×7 and a depthwise 3×3 convolution side by side, one 7×7 once fused (Wang et al., arXiv 2405.14458, section
 * 3.2; Ultralytics 8.4, `RepVGGDW`). [N, H, W, C] → [N, H, W, C].
 */
export class RepVGGDW extends ParallelConvs {
  constructor(channels: number, options: Pick<ConvOptions, "activation"> = {}) {
    super([channels, channels], { ...options, kernels: [7, 3], names: ["conv", "conv1"], groups: channels });
  }
}

export const repVggdwSpec: ModuleSpec = layerSpec({}, ([input, output], options, { args }) => {
  if (input !== output) throw args.error(`as many channels come out as go in, but they are ${output} and ${input}`);
  return new RepVGGDW(output, options);
});
