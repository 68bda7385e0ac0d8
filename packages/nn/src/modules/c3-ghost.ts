import type { ModuleSpec } from "../config/module-spec.ts";
import { repeat } from "../containers.ts";
import { C3, type C3InnerOptions, type C3Options, stageSpec } from "./c3.ts";
import { GhostBottleneck } from "./ghost-bottleneck.ts";

/** {@link C3} with ghost bottlenecks (YOLOv5 6.1, `C3Ghost`); their shortcuts are always there. [N, H, W, in] → [N, H, W, out]. */
export class C3Ghost extends C3 {
  constructor(input: number, output: number, options: C3Options = {}) {
    const inner: C3InnerOptions["inner"] = (hidden, { repeats, activation }) =>
      repeat(repeats, () => new GhostBottleneck(hidden, hidden, { activation }));
    super(input, output, { ...options, inner });
  }
}

/** Arguments as those of C3, of which shortcut and groups change nothing. */
export const c3GhostSpec: ModuleSpec = stageSpec((channels, options) => new C3Ghost(...channels, options));
