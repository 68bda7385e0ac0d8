import type { ModuleSpec } from "../config/module-spec.ts";
import type { ExtrasDecoding } from "../decode/anchor-free.ts";
import { decodeAngles, distancesToRotated } from "../decode/obb.ts";
import { anchorFreeOptions } from "./detect-spec.ts";
import { DetectV8, type DetectV8Options } from "./detect-v8.ts";

/**
 * YOLOv8's head for oriented boxes: detection's, whose only extra is a logit of the box's angle. Decoded it is in radians, and
 * the box is the turned one.
 */
export class OBB extends DetectV8 {
  override readonly task = "obb";
  override readonly extrasName = "angle";

  constructor(nc: number, channels: readonly number[], options: DetectV8Options = {}) {
    super(nc, channels, { ...options, extras: 1 });
  }

  protected override get extrasDecoding(): ExtrasDecoding {
    return { count: 1, decode: decodeAngles, boxes: distancesToRotated };
  }
}

/** `OBB: [nc, 1]` and the like, the second the number of angles. */
export function obbSpecOf(
  Head: new (nc: number, channels: readonly number[], options: DetectV8Options) => DetectV8,
): ModuleSpec {
  return {
    build(context) {
      const { args, inputs, nc } = context;
      args.classes(nc);
      args.exactly("angles", 1, 1);
      const { channels } = inputs;
      const { options, shown } = anchorFreeOptions(context);
      return { module: new Head(nc, channels, options), args: [nc, 1, ...shown, channels] };
    },
  };
}

export const obbSpec: ModuleSpec = obbSpecOf(OBB);
