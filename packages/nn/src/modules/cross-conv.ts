import * as tf from "@tensorflow/tfjs-core";
import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import { Layer } from "../module.ts";
import type { Cost, Shape } from "../shape.ts";
import type { BottleneckOptions } from "./bottleneck.ts";
import { Conv } from "./conv.ts";

/** Options of {@link CrossConv}. */
export interface CrossConvOptions extends Omit<BottleneckOptions, "kernels" | "expansion" | "shortcut"> {
  /** Length of both filters, odd (default 3). */
  kernel?: number;
  /** Step between windows, along x in the first and along y in the second (default 1). */
  stride?: number;
  /** Inner channels as a share of the output's (default 1). */
  expansion?: number;
  /** Adds the input to the output where both have as many channels (default false). */
  shortcut?: boolean;
}

/** A convolution along x, then one along y, each with the stride along its own axis (YOLOv5 6.1, `CrossConv`). [N, H, W, in] → [N, H / stride, W / stride, out]. */
export class CrossConv extends Layer {
  readonly cv1: Conv;
  readonly cv2: Conv;
  readonly add: boolean;
  readonly #half: number;

  constructor(input: number, output: number, options: CrossConvOptions = {}) {
    super();
    const { kernel = 3, stride = 1, groups = 1, expansion = 1, shortcut = false, activation = "silu" } = options;
    const hidden = Math.trunc(output * expansion);
    this.#half = (kernel - 1) / 2;
    this.cv1 = this.child("cv1", new Conv(input, hidden, { kernel: [1, kernel], stride: [1, stride], activation }));
    const alongY = { kernel: [kernel, 1], stride: [stride, 1], groups, activation } as const;
    this.cv2 = this.child("cv2", new Conv(hidden, output, alongY));
    this.add = shortcut && input === output;
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const p: [number, number] = [this.#half, this.#half];
    const alongX = this.cv1.forward(tf.pad(x, [[0, 0], [0, 0], p, [0, 0]]));
    const y = this.cv2.forward(tf.pad(alongX, [[0, 0], p, [0, 0], [0, 0]]));
    return this.add ? tf.add(x, y) : y;
  }

  override outputShape([h, w, c]: Shape, cost?: Cost): Shape {
    const padding = 2 * this.#half;
    const [, narrow, hidden] = this.cv1.outputShape([h, w + padding, c], cost);
    return this.cv2.outputShape([h + padding, narrow, hidden], cost);
  }
}

/** The arguments are in YOLOv5 6.1's order. */
export const crossConvSpec: ModuleSpec = layerSpec(
  {
    kernel: ["odd", 3],
    stride: ["size", 1],
    groups: ["size", 1],
    expansion: ["share", 1],
    shortcut: ["flag", false],
  },
  ([input, output], options, { args }) => {
    const { stride, groups, expansion, shortcut } = options;
    if (shortcut && stride > 1 && input === output) {
      throw args.error(`a shortcut needs stride 1, but it is ${stride}: the maps that are added differ in size`);
    }
    args.divides("groups", groups, Math.trunc(output * expansion), output);
    return new CrossConv(input, output, options);
  },
);
