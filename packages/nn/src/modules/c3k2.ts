import type { BuildContext, ModuleSpec } from "../config/module-spec.ts";
import type { Layer } from "../module.ts";
import { Bottleneck } from "./bottleneck.ts";
import { C2f } from "./c2f.ts";
import type { C3Options } from "./c3.ts";
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
  constructor(input: number, output: number, { c3k = false, ...options }: C3k2Options = {}) {
    const { shortcut = true, groups = 1, activation = "silu" } = options;
    const inner = (hidden: number): Layer =>
      c3k
        ? new C3k(hidden, hidden, { repeats: 2, shortcut, groups, activation })
        : new Bottleneck(hidden, hidden, { shortcut, groups, kernels: [3, 3], activation });
    super(input, output, { ...options, inner });
  }
}

/** The scales in which every C3k2 has C3k inside, whatever its layer says (Ultralytics 8.3). */
const largeScales = ["m", "l", "x"];

/** `C3k2: [channels, c3k = false, expansion = 0.5, groups = 1, shortcut = true]`; the layer's repeats are its links. */
export const c3k2Spec: ModuleSpec = {
  repeatsInside: true,
  build({ args, inputs, scaleWidth, activation, repeats, scale }: BuildContext) {
    const channels = scaleWidth(args.size("channels"));
    const c3k = args.flag("c3k", false) || largeScales.includes(scale ?? "");
    const expansion = args.share("expansion", 0.5);
    const groups = args.size("groups", 1);
    const shortcut = args.flag("shortcut", true);
    const input = inputs.only();
    args.divides("groups", groups, Math.trunc(Math.trunc(channels * expansion) / 2));
    const module = new C3k2(input, channels, { repeats, c3k, expansion, groups, shortcut, activation });
    return { module, args: [input, channels, repeats, c3k, ...args.given(2)] };
  },
};
