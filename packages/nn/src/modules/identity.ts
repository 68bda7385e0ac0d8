import * as tf from "@tensorflow/tfjs-core";
import type { ModuleSpec } from "../config/module-spec.ts";
import { Layer } from "../module.ts";

/** Passes a map on: layer 0 of yolov9e, so that later layers can read the image by its number. [N, H, W, C] → the same. */
export class Identity extends Layer {
  /** A tensor of its own: a model disposes of what its layers return, but not of the image. */
  override forward(x: tf.Tensor4D): tf.Tensor4D {
    return tf.clone(x);
  }
}

export const identitySpec: ModuleSpec = {
  build({ inputs }) {
    inputs.only();
    return { module: new Identity(), args: [] };
  },
};
