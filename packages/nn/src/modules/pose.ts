import type { ModuleSpec } from "../config/module-spec.ts";
import type { ExtrasDecoding } from "../decode/anchor-free.ts";
import { keypointsInPixels } from "../decode/pose.ts";
import { anchorFreeOptions } from "./detect-spec.ts";
import { DetectV8, type DetectV8Options } from "./detect-v8.ts";

/** Number of keypoints, and of values of each: x and y, or x, y and visibility. */
export type KeypointShape = readonly [count: number, values: number];

/** Options of a head for poses. */
export type PoseOptions = DetectV8Options & { keypointShape: KeypointShape };

/**
 * YOLOv8's head for poses: detection's, whose extras are the keypoints of each cell, one after the other. Decoded they are in
 * pixels, with visibilities from 0 to 1.
 */
export class Pose extends DetectV8 {
  override readonly task = "pose";
  override readonly extrasName = "keypoints";
  override readonly keypointShape: KeypointShape;

  constructor(nc: number, channels: readonly number[], { keypointShape, ...options }: PoseOptions) {
    super(nc, channels, { ...options, extras: keypointShape[0] * keypointShape[1] });
    this.keypointShape = keypointShape;
  }

  protected override get extrasDecoding(): ExtrasDecoding {
    return { count: this.extras, decode: (raw, level) => keypointsInPixels(raw, level, this.keypointShape) };
  }
}

/** `Pose: [nc, kpt_shape]` and the like, the second the number of keypoints and of values of each. */
export function poseSpecOf(
  Head: new (nc: number, channels: readonly number[], options: PoseOptions) => DetectV8,
): ModuleSpec {
  return {
    build(context) {
      const { args, inputs, nc } = context;
      args.classes(nc);
      const keypointShape = args.keypointShape("kpt_shape");
      const { channels } = inputs;
      const { options, shown } = anchorFreeOptions(context);
      const module = new Head(nc, channels, { ...options, keypointShape });
      return { module, args: [nc, keypointShape, ...shown, channels] };
    },
  };
}

export const poseSpec: ModuleSpec = poseSpecOf(Pose);
