import { LookonceError } from "@lookonce/errors";
import * as tf from "@tensorflow/tfjs-core";
import type { ModuleSpec } from "../config/module-spec.ts";
import { Join } from "../module.ts";
import type { Shape } from "../shape.ts";

/**
 * The sum of maps, each resized to the last one's size by nearest neighbors (Wang et al., arXiv 2402.13616; Ultralytics 8.4,
 * `CBFuse`). [N, Hᵢ, Wᵢ, C] … [N, H, W, C] → [N, H, W, C]. Which of a layer's maps it reads is the model's business.
 */
export class CBFuse extends Join {
  override forward(inputs: tf.Tensor4D[]): tf.Tensor4D {
    const [, height, width] = (inputs.at(-1) as tf.Tensor4D).shape;
    const resized = inputs.map((map): tf.Tensor4D => {
      if (map.shape[1] === height && map.shape[2] === width) return map;
      return tf.image.resizeNearestNeighbor(map, [height, width]);
    });
    return resized.reduce((sum, map) => tf.add(sum, map));
  }

  override joinedShape(inputs: Shape[]): Shape {
    const last = inputs.at(-1) as Shape;
    if (inputs.every(([, , channels]) => channels === last[2])) return last;
    const channels = inputs.map((shape) => shape[2]).join(", ");
    throw new LookonceError("ARGUMENT", `CBFuse needs maps of as many channels, but they have ${channels}`);
  }
}

/** `CBFuse: [[index, …]]`: which map of each layer that it reads but the last, counted from 0. */
export const cbFuseSpec: ModuleSpec = {
  build({ args, inputs }) {
    const parts = args.wholes("index of a map of each layer");
    const expected = inputs.channels.length - 1;
    if (parts.length !== expected) {
      throw args.error(`${parts.length} indices for ${expected} layers: one for each but the last is expected`);
    }
    return { module: new CBFuse(), args: [parts], parts };
  },
};
