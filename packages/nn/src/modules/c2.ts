import * as tf from "@tensorflow/tfjs-core";
import type { ModuleSpec } from "../config/module-spec.ts";
import { repeat, type Sequential } from "../containers.ts";
import { Layer } from "../module.ts";
import { Bottleneck } from "./bottleneck.ts";
import { type C3Options, stageSpec } from "./c3.ts";
import { Conv } from "./conv.ts";

/**
 * Cross-stage partial stage with two outer convolutions: half of the channels pass a chain of bottlenecks, and only its
 * end reaches the output (Ultralytics 8.0, `C2`). [N, H, W, in] → [N, H, W, out].
 */
export class C2 extends Layer {
  readonly cv1: Conv;
  readonly cv2: Conv;
  readonly m: Sequential<Bottleneck>;

  constructor(input: number, output: number, options: C3Options = {}) {
    super(output);
    const { repeats = 1, shortcut = true, groups = 1, expansion = 0.5, activation = "silu" } = options;
    const hidden = Math.trunc(output * expansion);
    this.cv1 = this.child("cv1", new Conv(input, 2 * hidden, { activation }));
    this.cv2 = this.child("cv2", new Conv(2 * hidden, output, { activation }));
    const bottleneck = { shortcut, groups, kernels: [3, 3], expansion: 1, activation } as const;
    this.m = this.child(
      "m",
      repeat(repeats, () => new Bottleneck(hidden, hidden, bottleneck)),
    );
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const [through, around] = tf.split<tf.Tensor4D>(this.cv1.forward(x), 2, 3) as [tf.Tensor4D, tf.Tensor4D];
    return this.cv2.forward(tf.concat([this.m.forward(through), around], 3));
  }
}

export const c2Spec: ModuleSpec = stageSpec((channels, options) => new C2(...channels, options));
