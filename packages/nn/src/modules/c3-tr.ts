import type { ModuleSpec } from "../config/module-spec.ts";
import { C3, type C3InnerOptions, type C3Options, stageSpec } from "./c3.ts";
import { TransformerBlock } from "./transformer-block.ts";

/** {@link C3} with a transformer of four heads for its bottlenecks (YOLOv5 6.1, `C3TR`). [N, H, W, in] → [N, H, W, out]. */
export class C3TR extends C3 {
  constructor(input: number, output: number, options: C3Options = {}) {
    const inner: C3InnerOptions["inner"] = (hidden, { repeats, activation }) =>
      new TransformerBlock(hidden, hidden, { heads: 4, layers: repeats, activation });
    super(input, output, { ...options, inner });
  }
}

/** As C3's; the layer's repeats are layers of the transformer, shortcut and groups change nothing. */
export const c3TrSpec: ModuleSpec = stageSpec((channels, options) => new C3TR(...channels, options));
