import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import { C3, type C3Options } from "./c3.ts";
import { SPP, type SppOptions } from "./spp.ts";

/** Options of {@link C3SPP}. */
export type C3SppOptions = Pick<C3Options, "expansion"> & SppOptions;

/** {@link C3} with spatial pyramid pooling for its bottlenecks (YOLOv5 6.1, `C3SPP`). [N, H, W, in] → [N, H, W, out]. */
export class C3SPP extends C3 {
  constructor(input: number, output: number, { kernels, ...options }: C3SppOptions = {}) {
    super(input, output, {
      ...options,
      inner: (hidden, { activation }) => new SPP(hidden, hidden, { kernels, activation }),
    });
  }
}

export const c3SppSpec: ModuleSpec = layerSpec(
  { kernels: ["odds", [5, 9, 13]] },
  (channels, options) => new C3SPP(...channels, options),
);
