import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import { Bottleneck } from "./bottleneck.ts";
import { C2f } from "./c2f.ts";
import type { C3InnerOptions, C3Options } from "./c3.ts";
import { C3k } from "./c3k.ts";

/** Options of {@link C3k2}. */
export interface C3k2Options extends C3Options {
  /** Whether each link is a {@link C3k} of two bottlenecks in place of one bottleneck (default false). */
  c3k?: boolean;
}

/**
 * YOLO11's stage: {@link C2f} whose links are bottlenecks of half the inner channels, or small cross-stage partial
 * stages (Ultralytics 8.3, `C3k2`). [N, H, W, in] → [N, H, W, out].
 */
export class C3k2 extends C2f {
  constructor(input: number, output: number, { c3k = false, shortcut = true, ...options }: C3k2Options = {}) {
    const inner: C3InnerOptions["inner"] = (hidden, inherited) =>
      c3k
        ? new C3k(hidden, hidden, { ...inherited, repeats: 2 })
        : new Bottleneck(hidden, hidden, { ...inherited, kernels: [3, 3] });
    super(input, output, { ...options, shortcut, inner });
  }
}

/** Whether the links are C3k: in the large scales whatever the layer says (Ultralytics 8.3). */
function hasC3k(asked: boolean, scale = ""): boolean {
  return asked || ["m", "l", "x"].includes(scale);
}

const spec = layerSpec(
  { c3k: ["flag", false], expansion: ["share", 0.5], groups: ["size", 1], shortcut: ["flag", true] },
  (channels, { c3k, ...options }, { args, scale }) => {
    args.divides("groups", options.groups, Math.trunc(Math.trunc(channels[1] * options.expansion) / 2));
    return new C3k2(...channels, { ...options, c3k: hasC3k(c3k, scale) });
  },
  { repeatsInside: true },
);

export const c3k2Spec: ModuleSpec = {
  ...spec,
  build(context) {
    const { module, args } = spec.build(context);
    return { module, args: [...args.slice(0, 3), hasC3k(args[3] === true, context.scale), ...args.slice(4)] };
  },
};
