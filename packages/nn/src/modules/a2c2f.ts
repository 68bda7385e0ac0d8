import * as tf from "@tensorflow/tfjs-core";
import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import { ModuleList, repeat } from "../containers.ts";
import { Layer } from "../module.ts";
import type { VariableSlot } from "../variable-slot.ts";
import { AreaBlock, type AreaBlockOptions, channelsPerHead } from "./area-block.ts";
import type { C3Options } from "./c3.ts";
import { C3k } from "./c3k.ts";
import { Conv } from "./conv.ts";

/** Options of {@link A2C2f}. */
export interface A2C2fOptions extends C3Options, AreaBlockOptions {
  /** Whether each link is two {@link AreaBlock}s (default), or one {@link C3k} of two bottlenecks. */
  attention?: boolean;
  /** Whether the input is added to `gamma` times the result (default false); only with attention. */
  residual?: boolean;
}

/**
 * YOLO12's stage: a chain of attention blocks, every link of which reaches the output (Tian et al., arXiv 2502.12524,
 * section 3; Ultralytics 8.4, `A2C2f`). [N, H, W, in] → [N, H, W, out].
 */
export class A2C2f extends Layer {
  readonly cv1: Conv;
  readonly cv2: Conv;
  readonly m: ModuleList<Layer>;
  /** A factor per channel of what is added to the input [out]; only of the residual form. */
  readonly gamma: VariableSlot<tf.Rank.R1> | undefined;

  constructor(input: number, output: number, options: A2C2fOptions = {}) {
    super(output);
    const { attention = true, area = 1, residual = false, ratio = 2 } = options;
    const { repeats = 1, shortcut = true, groups = 1, expansion = 0.5, activation = "silu" } = options;
    const hidden = Math.trunc(output * expansion);
    this.gamma = attention && residual ? this.parameter("gamma", [output], 0.01) : undefined;
    this.cv1 = this.child("cv1", new Conv(input, hidden, { activation }));
    this.cv2 = this.child("cv2", new Conv((1 + repeats) * hidden, output, { activation }));
    const link = (): Layer =>
      attention
        ? repeat(2, () => new AreaBlock(hidden, { area, ratio, activation }))
        : new C3k(hidden, hidden, { repeats: 2, shortcut, groups, activation });
    this.m = this.child("m", new ModuleList(Array.from({ length: repeats }, link)));
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const parts = [this.cv1.forward(x)];
    for (const link of this.m.items) parts.push(link.forward(parts.at(-1) as tf.Tensor4D));
    const y = this.cv2.forward(tf.concat(parts, 3));
    return this.gamma === undefined ? y : tf.add(x, tf.mul(y, this.gamma.value));
  }
}

/** What the large scales have where the layer says nothing: a residual, and a narrower feed-forward part. */
const largeScales: ReadonlySet<string | undefined> = new Set(["l", "x"]);
const large = { residual: true, ratio: 1.2 };

/** Arguments of a layer without any, of the large scales. */
const largeArgs = [true, 1, large.residual, large.ratio];

function specOf({ residual, ratio }: { residual: boolean; ratio: number }): ModuleSpec {
  return layerSpec(
    {
      attention: ["flag", true],
      area: ["sizeOrNone", 1],
      residual: ["flag", residual],
      ratio: ["share", ratio],
      expansion: ["share", 0.5],
      groups: ["size", 1],
      shortcut: ["flag", true],
    },
    ([input, output], { area = 1, ...options }, { args }) => {
      const hidden = Math.trunc(output * options.expansion);
      args.divides("the number of channels of a head", channelsPerHead, hidden);
      args.divides("groups", options.groups, Math.trunc(hidden / 2));
      if (options.attention && options.residual && input !== output) {
        throw args.error(`a residual needs as many channels out as in, but they are ${output} and ${input}`);
      }
      return new A2C2f(input, output, { ...options, area });
    },
    { repeatsInside: true },
  );
}

const specs = { small: specOf({ residual: false, ratio: 2 }), large: specOf(large) };

/** `A2C2f: [channels, attention, area, residual, MLP ratio, expansion, groups, shortcut]`; the area is −1 without attention. */
export const a2c2fSpec: ModuleSpec = {
  repeatsInside: true,
  depthwiseClasses: true,
  build(context) {
    if (!largeScales.has(context.scale)) return specs.small.build(context);
    const { args, ...built } = specs.large.build(context);
    return { ...built, args: [...args, ...largeArgs.slice(args.length - 3)] };
  },
};
