import type * as tf from "@tensorflow/tfjs-core";
import type { ModuleSpec } from "../config/module-spec.ts";
import type { BranchName } from "../head.ts";
import type { Cost, Shape } from "../shape.ts";
import { anchorFreeOptions } from "./detect-spec.ts";
import { DetectV8, type DetectV8Options } from "./detect-v8.ts";
import { Proto26 } from "./proto26.ts";
import type { MaskOptions } from "./segment.ts";

/**
 * YOLO26's head for instance segmentation: detection's, whose extras are the mask coefficients of each cell, and prototypes
 * from all levels ({@link Proto26}), which both branches share.
 *
 * Raw: detection's maps with `masks` extras, then the prototypes [N, H, W, masks], twice the finest level's size.
 */
export class Segment26 extends DetectV8 {
  override readonly task = "segment";
  override readonly extrasName = "mask coefficients";
  override readonly prototypes: number;
  readonly proto: Proto26;

  constructor(nc: number, channels: readonly number[], options: DetectV8Options & MaskOptions = {}) {
    const { masks = 32, hidden = 256, activation = "silu" } = options;
    super(nc, channels, { ...options, extras: masks });
    this.prototypes = masks;
    this.proto = this.child("proto", new Proto26(channels, { hidden, output: masks, activation, nc }));
  }

  override forward(levels: tf.Tensor4D[]): tf.Tensor4D[] {
    return [...super.forward(levels), this.proto.forward(this.proto.join(levels))];
  }

  override outputShapes(levels: Shape[], cost?: Cost): Shape[] {
    const joined = this.proto.joinedShape(levels, cost);
    return [...super.outputShapes(levels, cost), this.proto.outputShape(joined, cost)];
  }

  override dropUnused(branch: BranchName | "all"): void {
    super.dropUnused(branch);
    this.proto.dropSemantics();
  }
}

/** `Segment26: [nc, masks = 32, hidden = 256]`; the hidden channels are scaled by width. */
export const segment26Spec: ModuleSpec = {
  build(context) {
    const { args, inputs, nc, scaleWidth } = context;
    args.classes(nc);
    const masks = args.size("masks", 32);
    const hidden = scaleWidth(args.size("hidden", 256), { isInner: true });
    const { channels } = inputs;
    const { options, shown } = anchorFreeOptions(context);
    const module = new Segment26(nc, channels, { ...options, masks, hidden });
    return { module, args: [nc, masks, hidden, ...shown, channels] };
  },
};
