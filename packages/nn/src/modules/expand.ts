import * as tf from "@tensorflow/tfjs-core";
import type { ModuleSpec } from "../config/module-spec.ts";
import { Layer } from "../module.ts";
import type { Shape } from "../shape.ts";

/** Channels into blocks of cells, the reverse of `Contract` (YOLOv5 6.1, `Expand`). [N, H, W, g²·C] → [N, g·H, g·W, C]. */
export class Expand extends Layer {
  readonly gain: number;

  constructor(gain = 2) {
    super();
    this.gain = gain;
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const [n, h, w, channels] = x.shape;
    const g = this.gain;
    const c = channels / g ** 2;
    return tf.reshape(tf.transpose(tf.reshape(x, [n, h, w, g, g, c]), [0, 1, 3, 2, 4, 5]), [n, h * g, w * g, c]);
  }

  override outputShape([h, w, c]: Shape): Shape {
    return [h * this.gain, w * this.gain, c / this.gain ** 2];
  }
}

/** `Expand: [gain = 2]`. */
export const expandSpec: ModuleSpec = {
  build({ args, inputs }) {
    const gain = args.size("gain", 2);
    args.divides("the gain's square", gain ** 2, inputs.only());
    return { module: new Expand(gain), args: [gain] };
  },
};
