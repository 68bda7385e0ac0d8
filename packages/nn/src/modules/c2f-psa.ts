import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import type { C2PsaOptions } from "./c2-psa.ts";
import { C2f } from "./c2f.ts";
import { checkAttention } from "./psa.ts";
import { PSABlock } from "./psa-block.ts";

/**
 * {@link C2f} whose links are attention blocks (Wang et al., arXiv 2405.14458, section 3.2; Ultralytics 8.4, `C2fPSA`).
 * [N, H, W, C] → [N, H, W, C].
 */
export class C2fPSA extends C2f {
  constructor(channels: number, options: C2PsaOptions = {}) {
    super(channels, channels, {
      ...options,
      inner: (hidden, { activation }) => new PSABlock(hidden, { activation }),
    });
  }
}

export const c2fPsaSpec: ModuleSpec = layerSpec(
  { expansion: ["share", 0.5] },
  (channels, options, { args }) => {
    checkAttention(args, channels, options.expansion);
    return new C2fPSA(channels[1], options);
  },
  { repeatsInside: true },
);
