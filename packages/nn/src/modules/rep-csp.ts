import type { ModuleSpec } from "../config/module-spec.ts";
import { repeat } from "../containers.ts";
import { C3, type C3InnerOptions, type C3Options, stageSpec } from "./c3.ts";
import { RepBottleneck } from "./rep-bottleneck.ts";

/** {@link C3} of {@link RepBottleneck}s (Ultralytics 8.4, `RepCSP`). [N, H, W, in] → [N, H, W, out]. */
export class RepCSP extends C3 {
  constructor(input: number, output: number, options: C3Options = {}) {
    const inner: C3InnerOptions["inner"] = (hidden, { repeats, ...inherited }) =>
      repeat(repeats, () => new RepBottleneck(hidden, hidden, { ...inherited, expansion: 1 }));
    super(input, output, { ...options, inner });
  }
}

export const repCspSpec: ModuleSpec = stageSpec((channels, options) => new RepCSP(...channels, options));
