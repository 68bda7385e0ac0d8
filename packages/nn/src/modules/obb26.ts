import type { ModuleSpec } from "../config/module-spec.ts";
import type { ExtrasDecoding } from "../decode/anchor-free.ts";
import { distancesToRotated } from "../decode/obb.ts";
import { DetectV8, type DetectV8Options } from "./detect-v8.ts";
import { obbSpecOf } from "./obb.ts";

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

export const obb26Spec: ModuleSpec = obbSpecOf(OBB26);
