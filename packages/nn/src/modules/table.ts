import type { ModuleSpec } from "../config/module-spec.ts";
import { bottleneckSpec } from "./bottleneck.ts";
import { c2Spec } from "./c2.ts";
import { c2fSpec } from "./c2f.ts";
import { c3Spec } from "./c3.ts";
import { c3GhostSpec } from "./c3-ghost.ts";
import { concatSpec } from "./concat.ts";
import { convSpec } from "./conv.ts";
import { detectSpec } from "./detect.ts";
import { dwConvSpec } from "./dw-conv.ts";
import { ghostBottleneckSpec } from "./ghost-bottleneck.ts";
import { ghostConvSpec } from "./ghost-conv.ts";
import { sppfSpec } from "./sppf.ts";
import { upsampleSpec } from "./upsample.ts";

/** A name that model files may use. */
export type ModuleName =
  | "Conv"
  | "DWConv"
  | "GhostConv"
  | "Bottleneck"
  | "GhostBottleneck"
  | "C2"
  | "C2f"
  | "C3"
  | "C3Ghost"
  | "SPPF"
  | "Concat"
  | "Upsample"
  | "Detect";

/** Every module that model files may name. A new one is a file beside this one, a name above and a line here. */
export const moduleTable: Readonly<Record<ModuleName, ModuleSpec>> = {
  Conv: convSpec,
  DWConv: dwConvSpec,
  GhostConv: ghostConvSpec,
  Bottleneck: bottleneckSpec,
  GhostBottleneck: ghostBottleneckSpec,
  C2: c2Spec,
  C2f: c2fSpec,
  C3: c3Spec,
  C3Ghost: c3GhostSpec,
  SPPF: sppfSpec,
  Concat: concatSpec,
  Upsample: upsampleSpec,
  Detect: detectSpec,
};
