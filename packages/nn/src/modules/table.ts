import type { ModuleSpec } from "../config/module-spec.ts";
import { bottleneckSpec } from "./bottleneck.ts";
import { c2fSpec } from "./c2f.ts";
import { c3Spec } from "./c3.ts";
import { concatSpec } from "./concat.ts";
import { convSpec } from "./conv.ts";
import { detectSpec } from "./detect.ts";
import { sppfSpec } from "./sppf.ts";
import { upsampleSpec } from "./upsample.ts";

/** A name that model files may use. */
export type ModuleName = "Conv" | "Bottleneck" | "C2f" | "C3" | "SPPF" | "Concat" | "Upsample" | "Detect";

/** Every module that model files may name. A new one is a file beside this one, a name above and a line here. */
export const moduleTable: Readonly<Record<ModuleName, ModuleSpec>> = {
  Conv: convSpec,
  Bottleneck: bottleneckSpec,
  C2f: c2fSpec,
  C3: c3Spec,
  SPPF: sppfSpec,
  Concat: concatSpec,
  Upsample: upsampleSpec,
  Detect: detectSpec,
};
