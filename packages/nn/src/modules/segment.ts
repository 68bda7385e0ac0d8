import type * as tf from "@tensorflow/tfjs-core";
import type { ModuleSpec } from "../config/module-spec.ts";
import type { ActivationName } from "../functional/silu.ts";
import type { Cost, Shape } from "../shape.ts";
import { anchorFreeOptions, readAnchors } from "./detect-spec.ts";
import { DetectV5, type DetectV5Options } from "./detect-v5.ts";
import { DetectV8, type DetectV8Options } from "./detect-v8.ts";
import { Proto } from "./proto.ts";

/** What a segmentation head has besides those of detection. */
export interface MaskOptions {
  /** Number of prototypes, and of coefficients of each anchor (default 32). */
  masks?: number;
  /** Channels within the branch of prototypes (default 256). */
  hidden?: number;
}

/**
 * YOLOv8's head for instance segmentation: detection's, whose extras are the mask coefficients of each cell, and prototypes.
 *
 * Raw: detection's maps with `masks` extras, then the prototypes [N, H, W, masks], twice the finest level's size.
 */
export class Segment extends DetectV8 {
  override readonly task = "segment";
  override readonly extrasName = "mask coefficients";
  override readonly prototypes: number;
  readonly proto: Proto;

  constructor(nc: number, channels: readonly number[], options: DetectV8Options & MaskOptions = {}) {
    const { masks = 32, hidden = 256, activation = "silu" } = options;
    super(nc, channels, { ...options, extras: masks });
    this.prototypes = masks;
    const proto = { hidden, output: masks, upsampling: "transposed", activation } as const;
    this.proto = this.child("proto", new Proto(channels[0] as number, proto));
  }

  override forward(levels: tf.Tensor4D[]): tf.Tensor4D[] {
    return [...super.forward(levels), this.proto.forward(levels[0] as tf.Tensor4D)];
  }

  override outputShapes(levels: Shape[], cost?: Cost): Shape[] {
    return [...super.outputShapes(levels, cost), this.proto.outputShape(levels[0] as Shape, cost)];
  }
}

/** YOLOv5's head for instance segmentation (7.0): detection's with mask coefficients of each anchor, and prototypes. */
export class SegmentV5 extends DetectV5 {
  override readonly task = "segment";
  override readonly extrasName = "mask coefficients";
  override readonly prototypes: number;
  readonly proto: Proto;

  constructor(
    nc: number,
    channels: readonly number[],
    options: DetectV5Options & MaskOptions & { activation?: ActivationName },
  ) {
    const { masks = 32, hidden = 256, activation = "silu" } = options;
    super(nc, channels, { ...options, extras: masks });
    this.prototypes = masks;
    const proto = { hidden, output: masks, upsampling: "nearest", activation } as const;
    this.proto = this.child("proto", new Proto(channels[0] as number, proto));
  }

  override forward(levels: tf.Tensor4D[]): tf.Tensor4D[] {
    return [...super.forward(levels), this.proto.forward(levels[0] as tf.Tensor4D)];
  }

  override outputShapes(levels: Shape[], cost?: Cost): Shape[] {
    return [...super.outputShapes(levels, cost), this.proto.outputShape(levels[0] as Shape, cost)];
  }
}

/**
 * `Segment: [nc, masks = 32, hidden = 256]` is anchor-free, `Segment: [nc, anchors, masks, hidden]` anchor-based. The hidden
 * channels are scaled by width.
 */
export const segmentSpec: ModuleSpec = {
  isAnchorBased,
  build(context) {
    const { args, inputs, activation, nc, release, scaleWidth } = context;
    args.classes(nc);
    const { channels } = inputs;
    const anchors = isAnchorBased(args.given(0)) ? readAnchors(args, channels.length) : undefined;
    const masks = args.size("masks", 32);
    const hidden = scaleWidth(args.size("hidden", 256), { isInner: true });
    if (anchors === undefined) {
      const { options, shown } = anchorFreeOptions(context);
      const module = new Segment(nc, channels, { ...options, masks, hidden });
      return { module, args: [nc, masks, hidden, ...shown, channels] };
    }
    const module = new SegmentV5(nc, channels, { anchors, masks, hidden, release, activation });
    return { module, args: [nc, anchors, masks, hidden, channels] };
  },
};

function isAnchorBased(args: readonly unknown[]): boolean {
  return args.length > 3;
}
