import * as tf from "@tensorflow/tfjs-core";
import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import { Sequential } from "../containers.ts";
import { Layer } from "../module.ts";
import type { Cost, Shape } from "../shape.ts";
import { Activation } from "./activation.ts";
import { Conv, type ConvOptions } from "./conv.ts";
import { DWConv } from "./dw-conv.ts";
import { GhostConv } from "./ghost-conv.ts";

/** Options of {@link GhostBottleneck}: kernel (default 3) and stride (1, the default, or 2) of the depthwise convolutions. */
export type GhostBottleneckOptions = Pick<ConvOptions, "kernel" | "activation"> & { stride?: number };

/**
 * Two ghost convolutions, the second without activation, and a shortcut; at stride 2 with a depthwise convolution
 * between them and one in the shortcut (Han et al., arXiv 1911.11907, figure 3). [N, H, W, in] → [N, H', W', out].
 */
export class GhostBottleneck extends Layer {
  readonly conv: Sequential;
  readonly shortcut: Layer;

  constructor(input: number, output: number, options: GhostBottleneckOptions = {}) {
    super();
    const { kernel = 3, stride = 1, activation = "silu" } = options;
    const hidden = Math.floor(output / 2);
    const depthwise = { kernel, stride, activation: "identity" } as const;
    const between: Layer = stride === 2 ? new DWConv(hidden, hidden, depthwise) : new Activation("identity");
    const first = new GhostConv(input, hidden, { activation });
    const last = new GhostConv(hidden, output, { activation: "identity" });
    this.conv = this.child("conv", new Sequential<Layer>(first, between, last));
    const around = (): Layer =>
      new Sequential<Layer>(new DWConv(input, input, depthwise), new Conv(input, output, { activation: "identity" }));
    this.shortcut = this.child("shortcut", stride === 2 ? around() : new Activation("identity"));
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    return tf.add(this.conv.forward(x), this.shortcut.forward(x));
  }

  override outputShape(input: Shape, cost?: Cost): Shape {
    this.shortcut.outputShape(input, cost);
    return this.conv.outputShape(input, cost);
  }
}

/** At stride 1 as many channels come out as go in. */
export const ghostBottleneckSpec: ModuleSpec = layerSpec(
  { kernel: ["size", 3], stride: ["size", 1] },
  ([input, output], options, { args }) => {
    const { stride } = options;
    if (stride > 2) throw args.error(`stride is ${stride}: 1 or 2 is expected`);
    if (stride === 1 && input !== output) {
      throw args.error(`at stride 1 as many channels come out as go in, but they are ${output} and ${input}`);
    }
    if (output % 4 !== 0) throw args.error(`needs a multiple of 4 channels, but has ${output}`);
    return new GhostBottleneck(input, output, options);
  },
);
