import type { ModuleSpec } from "../config/module-spec.ts";
import { repeat } from "../containers.ts";
import { C3, type C3InnerOptions, type C3Options, stageSpec } from "./c3.ts";
import { CrossConv } from "./cross-conv.ts";

/** {@link C3} with crossed convolutions for its bottlenecks (YOLOv5 6.1, `C3x`). [N, H, W, in] → [N, H, W, out]. */
export class C3x extends C3 {
  constructor(input: number, output: number, options: C3Options = {}) {
    const inner: C3InnerOptions["inner"] = (hidden, { repeats, ...inherited }) =>
      repeat(repeats, () => new CrossConv(hidden, hidden, inherited));
    super(input, output, { ...options, inner });
  }
}

export const c3xSpec: ModuleSpec = stageSpec((channels, options) => new C3x(...channels, options));
