import type { ModuleSpec } from "../config/module-spec.ts";
import { Sequential } from "../containers.ts";
import { C3, type C3Options, stageSpec } from "./c3.ts";
import { CrossConv } from "./cross-conv.ts";

/** {@link C3} with crossed convolutions for its bottlenecks (YOLOv5 6.1, `C3x`). [N, H, W, in] → [N, H, W, out]. */
export class C3x extends C3 {
  constructor(input: number, output: number, options: C3Options = {}) {
    const { repeats = 1, shortcut = true, groups = 1, activation = "silu" } = options;
    const inner = (hidden: number): Sequential => {
      const link = (): CrossConv => new CrossConv(hidden, hidden, { shortcut, groups, activation });
      return new Sequential(...Array.from({ length: repeats }, link));
    };
    super(input, output, { ...options, inner });
  }
}

/** `C3x: [channels, shortcut = true, groups = 1, expansion = 0.5]`; the layer's repeats are its crossed convolutions. */
export const c3xSpec: ModuleSpec = stageSpec((input, output, options) => new C3x(input, output, options));
