import type { ModuleSpec } from "../config/module-spec.ts";
import { Sequential } from "../containers.ts";
import { C3, type C3Options, stageSpec } from "./c3.ts";
import { GhostBottleneck } from "./ghost-bottleneck.ts";

/** {@link C3} with ghost bottlenecks (YOLOv5 6.1, `C3Ghost`); their shortcuts are always there. [N, H, W, in] → [N, H, W, out]. */
export class C3Ghost extends C3 {
  constructor(input: number, output: number, options: C3Options = {}) {
    const { repeats = 1, activation = "silu" } = options;
    const bottleneck = (hidden: number): GhostBottleneck => new GhostBottleneck(hidden, hidden, { activation });
    const inner = (hidden: number): Sequential =>
      new Sequential(...Array.from({ length: repeats }, () => bottleneck(hidden)));
    super(input, output, { ...options, inner });
  }
}

/** `C3Ghost: [channels, …]`; arguments as those of C3, of which shortcut and groups change nothing. */
export const c3GhostSpec: ModuleSpec = stageSpec((input, output, options) => new C3Ghost(input, output, options));
