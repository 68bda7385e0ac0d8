import * as tf from "@tensorflow/tfjs-core";
import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import { Sequential } from "../containers.ts";
import { Layer } from "../module.ts";
import type { BottleneckOptions } from "./bottleneck.ts";
import { Conv } from "./conv.ts";
import { RepVGGDW } from "./rep-vggdw.ts";

/** Options of {@link CIB}. */
export interface CibOptions extends Pick<BottleneckOptions, "shortcut" | "expansion" | "activation"> {
  /** Whether the depthwise convolution in the middle is a {@link RepVGGDW} (default false). */
  largeKernel?: boolean;
}

/**
 * Compact inverted block: depthwise 3×3, 1×1, depthwise 3×3 or 7×7, 1×1, depthwise 3×3, with a shortcut (Wang et al., arXiv
 * 2405.14458, section 3.2; Ultralytics 8.4, `CIB`). [N, H, W, in] → [N, H, W, out].
 */
export class CIB extends Layer {
  readonly cv1: Sequential;
  readonly add: boolean;

  constructor(input: number, output: number, options: CibOptions = {}) {
    super();
    const { shortcut = true, expansion = 0.5, largeKernel = false, activation = "silu" } = options;
    const wide = 2 * Math.trunc(output * expansion);
    const depthwise = (channels: number): Conv =>
      new Conv(channels, channels, { kernel: 3, groups: channels, activation });
    const chain = new Sequential<Layer>(
      depthwise(input),
      new Conv(input, wide, { activation }),
      largeKernel ? new RepVGGDW(wide, { activation }) : depthwise(wide),
      new Conv(wide, output, { activation }),
      depthwise(output),
    );
    this.cv1 = this.child("cv1", chain);
    this.add = shortcut && input === output;
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const y = this.cv1.forward(x);
    return this.add ? tf.add(x, y) : y;
  }
}

/** `CIB: [channels, shortcut = True, expansion = 0.5, large kernel = False]`. */
export const cibSpec: ModuleSpec = layerSpec(
  { shortcut: ["flag", true], expansion: ["share", 0.5], largeKernel: ["flag", false] },
  (channels, options) => new CIB(...channels, options),
);
