import * as tf from "@tensorflow/tfjs-core";
import type { ModuleSpec } from "../config/module-spec.ts";
import { Layer } from "../module.ts";
import type { Shape } from "../shape.ts";

/** Blocks of cells into channels, y before x before the old channels (YOLOv5 6.1, `Contract`). [N, H, W, C] → [N, H / g, W / g, g²·C]. */
export class Contract extends Layer {
  readonly gain: number;

  constructor(gain = 2) {
    super();
    this.gain = gain;
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const [n, height, width, c] = x.shape;
    const g = this.gain;
    const [h, w] = [height / g, width / g];
    return tf.reshape(tf.transpose(tf.reshape(x, [n, h, g, w, g, c]), [0, 1, 3, 2, 4, 5]), [n, h, w, g * g * c]);
  }

  override outputShape([h, w, c]: Shape): Shape {
    return [h / this.gain, w / this.gain, c * this.gain ** 2];
  }
}

/** `Contract: [gain = 2]`. */
export const contractSpec: ModuleSpec = {
  build({ args }) {
    const gain = args.size("gain", 2);
    return { module: new Contract(gain), args: [gain] };
  },
};
