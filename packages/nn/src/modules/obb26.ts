import type { ModuleSpec } from "../config/module-spec.ts";
import type { ExtrasDecoding } from "../decode/anchor-free.ts";
import { distancesToRotated } from "../decode/obb.ts";
import { anchorFreeOptions } from "./detect-spec.ts";
import { DetectV8, type DetectV8Options } from "./detect-v8.ts";

/** YOLO26's head for oriented boxes (Ultralytics 8.4): detection's, whose only extra is the box's angle in radians as it is. */
export class OBB26 extends DetectV8 {
  override readonly task = "obb";
  override readonly extrasName = "angle";
  override readonly angles = "radians";

  constructor(nc: number, channels: readonly number[], options: DetectV8Options = {}) {
    super(nc, channels, { ...options, extras: 1 });
  }

  protected override get extrasDecoding(): ExtrasDecoding {
    return { count: 1, boxes: distancesToRotated };
  }
}

/** `OBB26: [nc, 1]`, the second the number of angles. */
export const obb26Spec: ModuleSpec = {
  build(context) {
    const { args, inputs, nc } = context;
    args.classes(nc);
    args.exactly("angles", 1, 1);
    const { channels } = inputs;
    const { options, shown } = anchorFreeOptions(context);
    return { module: new OBB26(nc, channels, options), args: [nc, 1, ...shown, channels] };
  },
};
