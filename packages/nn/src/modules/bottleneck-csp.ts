import * as tf from "@tensorflow/tfjs-core";
import type { ModuleSpec } from "../config/module-spec.ts";
import { repeat, type Sequential } from "../containers.ts";
import { Layer } from "../module.ts";
import { Activation } from "./activation.ts";
import { BatchNorm2d } from "./batch-norm2d.ts";
import { Bottleneck } from "./bottleneck.ts";
import { type C3Options, stageSpec } from "./c3.ts";
import { Conv } from "./conv.ts";
import { Conv2d } from "./conv2d.ts";

/**
 * Cross-stage partial stage with four outer convolutions, the two before the join without normalization of their own
 * (Wang et al., arXiv 1911.11929; YOLOv5 6.1, `BottleneckCSP`). [N, H, W, in] → [N, H, W, out].
 */
export class BottleneckCSP extends Layer {
  readonly cv1: Conv;
  readonly cv2: Conv2d;
  readonly cv3: Conv2d;
  readonly cv4: Conv;
  readonly bn: BatchNorm2d;
  readonly act: Activation;
  readonly m: Sequential<Bottleneck>;

  constructor(input: number, output: number, options: C3Options = {}) {
    super(output);
    const { repeats = 1, shortcut = true, groups = 1, expansion = 0.5, activation = "silu" } = options;
    const hidden = Math.trunc(output * expansion);
    this.cv1 = this.child("cv1", new Conv(input, hidden, { activation }));
    this.cv2 = this.child("cv2", new Conv2d(input, hidden, { bias: false }));
    this.cv3 = this.child("cv3", new Conv2d(hidden, hidden, { bias: false }));
    this.cv4 = this.child("cv4", new Conv(2 * hidden, output, { activation }));
    this.bn = this.child("bn", new BatchNorm2d(2 * hidden));
    // SiLU here whatever the model's activation: the reference fixes it (YOLOv5 6.1).
    this.act = this.child("act", new Activation("silu"));
    const bottleneck = { shortcut, groups, expansion: 1, activation };
    this.m = this.child(
      "m",
      repeat(repeats, () => new Bottleneck(hidden, hidden, bottleneck)),
    );
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const through = this.cv3.forward(this.m.forward(this.cv1.forward(x)));
    const joined = tf.concat([through, this.cv2.forward(x)], 3);
    return this.cv4.forward(this.act.forward(this.bn.forward(joined)));
  }
}

export const bottleneckCspSpec: ModuleSpec = stageSpec((channels, options) => new BottleneckCSP(...channels, options));
