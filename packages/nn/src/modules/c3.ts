import * as tf from "@tensorflow/tfjs-core";
import type { BuildContext, ModuleSpec } from "../config/module-spec.ts";
import { Sequential } from "../containers.ts";
import type { ActivationName } from "../functional/silu.ts";
import { Layer, type Module } from "../module.ts";
import type { Cost, Shape } from "../shape.ts";
import { Bottleneck } from "./bottleneck.ts";
import { Conv } from "./conv.ts";

/** Options of {@link C3} and its relatives. */
export interface C3Options {
  /** Number of bottlenecks (default 1). */
  repeats?: number;
  /** Whether the bottlenecks have shortcuts (default true; C2f: false). */
  shortcut?: boolean;
  /** Groups of the bottlenecks' second convolution (default 1). */
  groups?: number;
  /** Inner channels as a share of the output's (default 0.5). */
  expansion?: number;
  /** Activation of every convolution (default SiLU). */
  activation?: ActivationName;
}

/** {@link C3Options} and what stands in place of the bottlenecks, for C3's relatives. */
export interface C3InnerOptions extends C3Options {
  /** Builds the inner branch for its number of channels, which go in and come out. */
  inner?: (hidden: number) => Layer;
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
    super();
    const { repeats = 1, shortcut = true, groups = 1, expansion = 0.5, activation = "silu" } = options;
    const hidden = Math.trunc(output * expansion);
    this.cv1 = this.child("cv1", new Conv(input, hidden, { activation }));
    this.cv2 = this.child("cv2", new Conv(input, hidden, { activation }));
    this.cv3 = this.child("cv3", new Conv(2 * hidden, output, { activation }));
    const bottleneck = { shortcut, groups, expansion: 1, activation };
    const chain = (): Layer =>
      new Sequential(...Array.from({ length: repeats }, () => new Bottleneck(hidden, hidden, bottleneck)));
    this.m = this.child("m", options.inner?.(hidden) ?? chain());
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const through = this.m.forward(this.cv1.forward(x));
    return this.cv3.forward(tf.concat([through, this.cv2.forward(x)], 3));
  }

  override outputShape(input: Shape, cost?: Cost): Shape {
    const [h, w, hidden] = this.m.outputShape(this.cv1.outputShape(input, cost), cost);
    this.cv2.outputShape(input, cost);
    return this.cv3.outputShape([h, w, 2 * hidden], cost);
  }
}

/** Spec of C3 and its relatives: `[channels, shortcut = true, groups = 1, expansion = 0.5]`, repeats inside. */
export function stageSpec(make: (input: number, output: number, options: Required<C3Options>) => Module): ModuleSpec {
  return {
    repeatsInside: true,
    build({ args, inputs, scaleWidth, activation, repeats }: BuildContext) {
      const channels = scaleWidth(args.size("channels"));
      const shortcut = args.flag("shortcut", true);
      const groups = args.size("groups", 1);
      const expansion = args.share("expansion", 0.5);
      const input = inputs.only();
      args.divides("groups", groups, Math.trunc(channels * expansion));
      const module = make(input, channels, { repeats, shortcut, groups, expansion, activation });
      return { module, args: [input, channels, repeats, ...args.given(1)] };
    },
  };
}

/** `C3: [channels, shortcut = true, groups = 1, expansion = 0.5]`; the layer's repeats are its bottlenecks. */
export const c3Spec: ModuleSpec = stageSpec((input, output, options) => new C3(input, output, options));
