import type { ModuleSpec } from "../config/module-spec.ts";
import { repeat } from "../containers.ts";
import { Bottleneck } from "./bottleneck.ts";
import { C3, type C3InnerOptions, type C3Options, stageSpec } from "./c3.ts";

/** {@link C3} whose bottlenecks have two 3×3 filters (Ultralytics 8.3, `C3k`). [N, H, W, in] → [N, H, W, out]. */
export class C3k extends C3 {
  constructor(input: number, output: number, options: C3Options = {}) {
    const inner: C3InnerOptions["inner"] = (hidden, { repeats, ...inherited }) =>
      repeat(repeats, () => new Bottleneck(hidden, hidden, { ...inherited, kernels: [3, 3], expansion: 1 }));
    super(input, output, { ...options, inner });
  }
}

export const c3kSpec: ModuleSpec = stageSpec((channels, options) => new C3k(...channels, options));
