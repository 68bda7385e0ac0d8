import * as tf from "@tensorflow/tfjs-core";
import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import { Layer } from "../module.ts";
import type { Cost, Shape } from "../shape.ts";
import { meansOf2x2 } from "./a-conv.ts";
import { Conv, type ConvOptions } from "./conv.ts";
import { MaxPool2d } from "./max-pool2d.ts";

/**
 * Halves a map: means of 2×2 cells, then half of the channels through a 3×3 convolution of stride 2, half through a
 * maximum of 3×3 cells and a 1×1 convolution (Ultralytics 8.4, `ADown`). [N, H, W, in] → [N, ⌊H / 2⌋, ⌊W / 2⌋, out].
 */
export class ADown extends Layer {
  readonly cv1: Conv;
  readonly cv2: Conv;
  readonly #pool = new MaxPool2d(3, { stride: 2 });

  constructor(input: number, output: number, { activation = "silu" }: Pick<ConvOptions, "activation"> = {}) {
    super();
    this.cv1 = this.child("cv1", new Conv(input / 2, output / 2, { kernel: 3, stride: 2, activation }));
    this.cv2 = this.child("cv2", new Conv(input / 2, output / 2, { activation }));
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const [first, second] = tf.split<tf.Tensor4D>(meansOf2x2(x), 2, 3) as [tf.Tensor4D, tf.Tensor4D];
    return tf.concat([this.cv1.forward(first), this.cv2.forward(this.#pool.forward(second))], 3);
  }

  override outputShape([h, w, c]: Shape, cost?: Cost): Shape {
    const means: Shape = [h - 1, w - 1, c / 2];
    const [height, width, half] = this.cv1.outputShape(means, cost);
    this.cv2.outputShape(this.#pool.outputShape(means), cost);
    return [height, width, 2 * half];
  }
}

export const aDownSpec: ModuleSpec = layerSpec({}, (channels, options, { args }) => {
  args.divides("the number of halves", 2, ...channels);
  return new ADown(...channels, options);
});
