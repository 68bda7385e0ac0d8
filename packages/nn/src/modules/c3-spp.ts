import type { BuildContext, ModuleSpec } from "../config/module-spec.ts";
import { C3, type C3Options } from "./c3.ts";
import { SPP } from "./spp.ts";

/** Options of {@link C3SPP}. */
export type C3SppOptions = Pick<C3Options, "expansion" | "activation"> & { kernels?: readonly number[] };

/** {@link C3} with spatial pyramid pooling for its bottlenecks (YOLOv5 6.1, `C3SPP`). [N, H, W, in] → [N, H, W, out]. */
export class C3SPP extends C3 {
  /** @param options sides of the pooling windows (default 5, 9 and 13), expansion, activation */
  constructor(input: number, output: number, { kernels = [5, 9, 13], ...options }: C3SppOptions = {}) {
    const { activation = "silu" } = options;
    super(input, output, { ...options, inner: (hidden) => new SPP(hidden, hidden, { kernels, activation }) });
  }
}

/** `C3SPP: [channels, kernels = [5, 9, 13]]`. */
export const c3SppSpec: ModuleSpec = {
  build({ args, inputs, scaleWidth, activation }: BuildContext) {
    const channels = scaleWidth(args.size("channels"));
    const kernels = args.odds("kernels", [5, 9, 13]);
    const input = inputs.only();
    return { module: new C3SPP(input, channels, { kernels, activation }), args: [input, channels, ...args.given(1)] };
  },
};
