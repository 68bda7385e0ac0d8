import type { ModuleSpec } from "../config/module-spec.ts";
import { Sequential } from "../containers.ts";
import { Bottleneck } from "./bottleneck.ts";
import { C3, type C3Options, stageSpec } from "./c3.ts";

/** {@link C3} whose bottlenecks have two filters of one side, 3 by default (Ultralytics 8.3, `C3k`). [N, H, W, in] → [N, H, W, out]. */
export class C3k extends C3 {
  /** @param options those of C3 and the filters' side (default 3) */
  constructor(input: number, output: number, { kernel = 3, ...options }: C3Options & { kernel?: number } = {}) {
    const { repeats = 1, shortcut = true, groups = 1, activation = "silu" } = options;
    const bottleneck = { shortcut, groups, kernels: [kernel, kernel], expansion: 1, activation } as const;
    const inner = (hidden: number): Sequential =>
      new Sequential(...Array.from({ length: repeats }, () => new Bottleneck(hidden, hidden, bottleneck)));
    super(input, output, { ...options, inner });
  }
}

/** `C3k: [channels, shortcut = true, groups = 1, expansion = 0.5]`; the layer's repeats are its bottlenecks. */
export const c3kSpec: ModuleSpec = stageSpec((input, output, options) => new C3k(input, output, options));
