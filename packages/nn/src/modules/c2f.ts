import * as tf from "@tensorflow/tfjs-core";
import type { BuildContext, ModuleSpec } from "../config/module-spec.ts";
import { ModuleList } from "../containers.ts";
import { Layer } from "../module.ts";
import type { Cost, Shape } from "../shape.ts";
import { Bottleneck } from "./bottleneck.ts";
import type { C3InnerOptions } from "./c3.ts";
import { Conv } from "./conv.ts";

/**
 * YOLOv8's stage: half of the channels pass a chain of bottlenecks, and every link of the chain reaches the output
 * (Ultralytics 8.0, `C2f`). [N, H, W, in] → [N, H, W, out].
 */
export class C2f extends Layer {
  readonly cv1: Conv;
  readonly cv2: Conv;
  readonly m: ModuleList<Layer>;

  constructor(input: number, output: number, options: C3InnerOptions = {}) {
    super();
    const { repeats = 1, shortcut = false, groups = 1, expansion = 0.5, activation = "silu" } = options;
    const hidden = Math.trunc(output * expansion);
    this.cv1 = this.child("cv1", new Conv(input, 2 * hidden, { activation }));
    this.cv2 = this.child("cv2", new Conv((2 + repeats) * hidden, output, { activation }));
    const bottleneck = { shortcut, groups, kernels: [3, 3], expansion: 1, activation } as const;
    const link = options.inner ?? (() => new Bottleneck(hidden, hidden, bottleneck));
    this.m = this.child("m", new ModuleList(Array.from({ length: repeats }, () => link(hidden))));
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    // A copy: the gradient tape keeps the array that `split` returns.
    const parts = [...tf.split<tf.Tensor4D>(this.cv1.forward(x), 2, 3)];
    for (const bottleneck of this.m.items) parts.push(bottleneck.forward(parts.at(-1) as tf.Tensor4D));
    return this.cv2.forward(tf.concat(parts, 3));
  }

  override outputShape(input: Shape, cost?: Cost): Shape {
    const [h, w, doubled] = this.cv1.outputShape(input, cost);
    const hidden = doubled / 2;
    for (const bottleneck of this.m.items) bottleneck.outputShape([h, w, hidden], cost);
    return this.cv2.outputShape([h, w, (2 + this.m.items.length) * hidden], cost);
  }
}

/** `C2f: [channels, shortcut = false, groups = 1, expansion = 0.5]`; the layer's repeats are its bottlenecks. */
export const c2fSpec: ModuleSpec = {
  repeatsInside: true,
  build({ args, inputs, scaleWidth, activation, repeats }: BuildContext) {
    const channels = scaleWidth(args.size("channels"));
    const shortcut = args.flag("shortcut", false);
    const groups = args.size("groups", 1);
    const expansion = args.share("expansion", 0.5);
    const input = inputs.only();
    args.divides("groups", groups, Math.trunc(channels * expansion));
    const module = new C2f(input, channels, { repeats, shortcut, groups, expansion, activation });
    return { module, args: [input, channels, repeats, ...args.given(1)] };
  },
};
