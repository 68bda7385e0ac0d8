import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import { Sequential } from "../containers.ts";
import type { Layer } from "../module.ts";
import { Conv } from "./conv.ts";
import { ELAN1, type ElanOptions } from "./elan1.ts";
import { RepCSP } from "./rep-csp.ts";

/** Options of {@link RepNCSPELAN4}: ELAN1's, and the bottlenecks of each link (default 1). */
export type RepNcspElan4Options = ElanOptions & { n?: number };

/**
 * YOLOv9's stage: {@link ELAN1} whose links are a {@link RepCSP} and a 3×3 convolution (Wang et al., arXiv 2402.13616,
 * section 4.2; Ultralytics 8.4, `RepNCSPELAN4`). [N, H, W, in] → [N, H, W, out].
 */
export class RepNCSPELAN4 extends ELAN1 {
  constructor(input: number, output: number, { n = 1, activation = "silu", ...options }: RepNcspElan4Options) {
    const link = (from: number, to: number): Sequential =>
      new Sequential<Layer>(
        new RepCSP(from, to, { repeats: n, activation }),
        new Conv(to, to, { kernel: 3, activation }),
      );
    super(input, output, { ...options, activation, link });
  }
}

/** `RepNCSPELAN4: [channels, c3, c4, n = 1]`; only the channels are scaled. */
export const repNcspElan4Spec: ModuleSpec = layerSpec(
  { c3: ["size"], c4: ["size"], n: ["size", 1] },
  (channels, options, { args }) => {
    args.divides("the chain's share of c3", 2, options.c3);
    return new RepNCSPELAN4(...channels, options);
  },
);
