import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import { Sequential } from "../containers.ts";
import type { Layer } from "../module.ts";
import { Bottleneck } from "./bottleneck.ts";
import { C2f } from "./c2f.ts";
import type { C3InnerOptions, C3Options } from "./c3.ts";
import { C3k } from "./c3k.ts";
import { checkHeads } from "./psa.ts";
import { PSABlock } from "./psa-block.ts";

/** Options of {@link C3k2}. */
export interface C3k2Options extends C3Options {
  /** Whether each link is a {@link C3k} of two bottlenecks in place of one bottleneck (default false). */
  c3k?: boolean;
  /** Whether each link is a bottleneck and an attention block, whatever `c3k` says (default false). */
  attention?: boolean;
}

/**
 * YOLO11's stage: {@link C2f} whose links are bottlenecks of half the inner channels, small cross-stage partial stages, or, in
 * YOLO26, bottlenecks with attention (Ultralytics 8.4, `C3k2`). [N, H, W, in] → [N, H, W, out].
 */
export class C3k2 extends C2f {
  constructor(input: number, output: number, options: C3k2Options = {}) {
    const { c3k = false, attention = false, shortcut = true, ...others } = options;
    const inner: C3InnerOptions["inner"] = (hidden, inherited) => {
      if (c3k && !attention) return new C3k(hidden, hidden, { ...inherited, repeats: 2 });
      const bottleneck = new Bottleneck(hidden, hidden, { ...inherited, kernels: [3, 3] });
      const { activation } = inherited;
      return attention ? new Sequential<Layer>(bottleneck, new PSABlock(hidden, { activation })) : bottleneck;
    };
    super(input, output, { ...others, shortcut, inner });
  }
}

/** Whether the links are C3k: in the large scales whatever the layer says (Ultralytics 8.3). */
function hasC3k(asked: boolean, scale = ""): boolean {
  return asked || ["m", "l", "x"].includes(scale);
}

const spec = layerSpec(
  {
    c3k: ["flag", false],
    expansion: ["share", 0.5],
    attention: ["flag", false],
    groups: ["size", 1],
    shortcut: ["flag", true],
  },
  (channels, { c3k, ...options }, { args, scale }) => {
    const hidden = Math.trunc(channels[1] * options.expansion);
    args.divides("groups", options.groups, Math.trunc(hidden / 2));
    if (options.attention) checkHeads(args, hidden);
    return new C3k2(...channels, { ...options, c3k: hasC3k(c3k, scale) });
  },
  { repeatsInside: true },
);

/** `C3k2: [channels, c3k = False, expansion = 0.5, attention = False, groups = 1, shortcut = True]`. */
export const c3k2Spec: ModuleSpec = {
  ...spec,
  depthwiseClasses: true,
  build(context) {
    const { module, args } = spec.build(context);
    return { module, args: [...args.slice(0, 3), hasC3k(args[3] === true, context.scale), ...args.slice(4)] };
  },
};
