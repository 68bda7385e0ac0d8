import * as tf from "@tensorflow/tfjs-core";
import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import { repeat } from "../containers.ts";
import { Layer, type Module } from "../module.ts";
import { Bottleneck, type BottleneckOptions } from "./bottleneck.ts";
import { Conv } from "./conv.ts";

/** Options of {@link C3} and its relatives: the number of its bottlenecks (default 1), and theirs (C2f: no shortcut). */
export interface C3Options extends Omit<BottleneckOptions, "kernels"> {
  repeats?: number;
}

/** {@link C3Options} and what stands in place of the bottlenecks, for C3's relatives. */
export interface C3InnerOptions extends C3Options {
  /** Builds the inner branch for its number of channels, which go in and come out. */
  inner?: (hidden: number, options: Required<Omit<C3Options, "expansion">>) => Layer;
}

/**
 * Cross-stage partial stage with three outer convolutions (Wang et al., arXiv 1911.11929; YOLOv5 6.1, `C3`): one branch
 * passes the bottlenecks, one goes around them. [N, H, W, in] → [N, H, W, out].
 */
export class C3 extends Layer {
  readonly cv1: Conv;
  readonly cv2: Conv;
  readonly cv3: Conv;
  readonly m: Layer;

  constructor(input: number, output: number, options: C3InnerOptions = {}) {
    super(output);
    const { repeats = 1, shortcut = true, groups = 1, expansion = 0.5, activation = "silu" } = options;
    const hidden = Math.trunc(output * expansion);
    this.cv1 = this.child("cv1", new Conv(input, hidden, { activation }));
    this.cv2 = this.child("cv2", new Conv(input, hidden, { activation }));
    this.cv3 = this.child("cv3", new Conv(2 * hidden, output, { activation }));
    const bottleneck = { shortcut, groups, expansion: 1, activation };
    const { inner = () => repeat(repeats, () => new Bottleneck(hidden, hidden, bottleneck)) } = options;
    this.m = this.child("m", inner(hidden, { repeats, shortcut, groups, activation }));
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const through = this.m.forward(this.cv1.forward(x));
    return this.cv3.forward(tf.concat([through, this.cv2.forward(x)], 3));
  }
}

/** Spec of C3 and its relatives: [channels, shortcut, groups = 1, expansion = 0.5]; the layer's repeats go inside. */
export function stageSpec(
  make: (channels: readonly [number, number], options: Required<C3Options>) => Module,
  shortcut = true,
): ModuleSpec {
  return layerSpec(
    { shortcut: ["flag", shortcut], groups: ["size", 1], expansion: ["share", 0.5] },
    (channels, options, { args }) => {
      args.divides("groups", options.groups, Math.trunc(channels[1] * options.expansion));
      return make(channels, options);
    },
    { repeatsInside: true },
  );
}

export const c3Spec: ModuleSpec = stageSpec((channels, options) => new C3(...channels, options));
