import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
import { C2f } from "./c2f.ts";
import type { C3InnerOptions, C3Options } from "./c3.ts";
import { CIB, type CibOptions } from "./cib.ts";

/** Options of {@link C2fCIB}. */
export type C2fCibOptions = Omit<C3Options, "groups"> & Pick<CibOptions, "largeKernel">;

/**
 * YOLOv10's stage: {@link C2f} whose links are compact inverted blocks (Wang et al., arXiv 2405.14458, section 3.2;
 * Ultralytics 8.4, `C2fCIB`). [N, H, W, in] → [N, H, W, out].
 */
export class C2fCIB extends C2f {
  constructor(input: number, output: number, { largeKernel = false, ...options }: C2fCibOptions = {}) {
    const inner: C3InnerOptions["inner"] = (hidden, { shortcut, activation }) =>
      new CIB(hidden, hidden, { shortcut, activation, largeKernel, expansion: 1 });
    super(input, output, { ...options, inner });
  }
}

/** `C2fCIB: [channels, shortcut = False, large kernel = False, groups, expansion = 0.5]`; its filters have no use for groups. */
export const c2fCibSpec: ModuleSpec = {
  ...layerSpec(
    {
      shortcut: ["flag", false],
      largeKernel: ["flag", false],
      groups: ["size", 1],
      expansion: ["share", 0.5],
    },
    (channels, { groups, ...options }) => new C2fCIB(...channels, options),
    { repeatsInside: true },
  ),
  depthwiseClasses: true,
};
