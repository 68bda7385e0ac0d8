import * as tf from "@tensorflow/tfjs-core";
import type { ModuleSpec } from "../config/module-spec.ts";
import { Sequential } from "../containers.ts";
import { Layer } from "../module.ts";
import type { Cost, Shape } from "../shape.ts";
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
    super();
    const { repeats = 1, shortcut = true, groups = 1, expansion = 0.5, activation = "silu" } = options;
    const hidden = Math.trunc(output * expansion);
    this.cv1 = this.child("cv1", new Conv(input, 2 * hidden, { activation }));
    this.cv2 = this.child("cv2", new Conv(2 * hidden, output, { activation }));
    const bottleneck = { shortcut, groups, kernels: [3, 3], expansion: 1, activation } as const;
    const chain = Array.from({ length: repeats }, () => new Bottleneck(hidden, hidden, bottleneck));
    this.m = this.child("m", new Sequential(...chain));
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const [through, around] = tf.split<tf.Tensor4D>(this.cv1.forward(x), 2, 3) as [tf.Tensor4D, tf.Tensor4D];
    return this.cv2.forward(tf.concat([this.m.forward(through), around], 3));
  }

  override outputShape(input: Shape, cost?: Cost): Shape {
    const [h, w, doubled] = this.cv1.outputShape(input, cost);
    this.m.outputShape([h, w, doubled / 2], cost);
    return this.cv2.outputShape([h, w, doubled], cost);
  }
}

/** `C2: [channels, shortcut = true, groups = 1, expansion = 0.5]`; the layer's repeats are its bottlenecks. */
export const c2Spec: ModuleSpec = stageSpec((input, output, options) => new C2(input, output, options));
