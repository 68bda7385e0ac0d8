import * as tf from "@tensorflow/tfjs-core";
import type { ModuleSpec } from "../config/module-spec.ts";
import { ModuleList } from "../containers.ts";
import { Layer } from "../module.ts";
import { Bottleneck } from "./bottleneck.ts";
import { type C3InnerOptions, stageSpec } from "./c3.ts";
import { Conv } from "./conv.ts";

/**
 * YOLOv8's stage: half of the channels pass a chain of bottlenecks, and every link of the chain reaches the output
 * (Ultralytics 8.0, `C2f`). [N, H, W, in] → [N, H, W, out].
 */
export class C2f extends Layer {
  readonly cv1: Conv;
  readonly cv2: Conv;
  readonly m: ModuleList<Layer>;

  /** @param options `inner` builds one link */
  constructor(input: number, output: number, options: C3InnerOptions = {}) {
    super(output);
    const { repeats = 1, shortcut = false, groups = 1, expansion = 0.5, activation = "silu" } = options;
    const hidden = Math.trunc(output * expansion);
    this.cv1 = this.child("cv1", new Conv(input, 2 * hidden, { activation }));
    this.cv2 = this.child("cv2", new Conv((2 + repeats) * hidden, output, { activation }));
    const bottleneck = { shortcut, groups, kernels: [3, 3], expansion: 1, activation } as const;
    const { inner = () => new Bottleneck(hidden, hidden, bottleneck) } = options;
    const link = (): Layer => inner(hidden, { repeats, shortcut, groups, activation });
    this.m = this.child("m", new ModuleList(Array.from({ length: repeats }, link)));
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    // A copy: the gradient tape keeps the array that `split` returns.
    const parts = [...tf.split<tf.Tensor4D>(this.cv1.forward(x), 2, 3)];
    for (const bottleneck of this.m.items) parts.push(bottleneck.forward(parts.at(-1) as tf.Tensor4D));
    return this.cv2.forward(tf.concat(parts, 3));
  }
}

export const c2fSpec: ModuleSpec = stageSpec((channels, options) => new C2f(...channels, options), false);
