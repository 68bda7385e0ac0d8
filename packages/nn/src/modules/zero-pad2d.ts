import { show } from "@lookonce/errors";
import * as tf from "@tensorflow/tfjs-core";
import type { ModuleSpec } from "../config/module-spec.ts";
import { Layer } from "../module.ts";
import type { Shape } from "../shape.ts";

/** Zeros to add on each side, in PyTorch's order. */
export type Sides = readonly [left: number, right: number, top: number, bottom: number];

/** Adds zeros around a map. [N, H, W, C] → [N, top + H + bottom, left + W + right, C]. */
export class ZeroPad2d extends Layer {
  readonly sides: Sides;

  constructor(sides: Sides) {
    super();
    this.sides = sides;
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const [left, right, top, bottom] = this.sides;
    return tf.pad(x, [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ]);
  }

  override outputShape([h, w, c]: Shape): Shape {
    const [left, right, top, bottom] = this.sides;
    return [h + top + bottom, w + left + right, c];
  }
}

/** `ZeroPad2d: [[left, right, top, bottom]]`. */
export const zeroPad2dSpec: ModuleSpec = {
  build({ args }) {
    const sides = args.any();
    const whole = (side: unknown): boolean => Number.isInteger(side) && (side as number) >= 0;
    if (Array.isArray(sides) && sides.length === 4 && sides.every(whole)) {
      return { module: new ZeroPad2d(sides as unknown as Sides), args: [sides] };
    }
    throw args.error(`sides are ${show(sides)}: [left, right, top, bottom] in whole numbers is expected`);
  },
};
