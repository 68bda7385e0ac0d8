import type { ModuleSpec } from "../config/module-spec.ts";
import { bottleneckSpec } from "./bottleneck.ts";
import { c2Spec } from "./c2.ts";
import { c2PsaSpec } from "./c2-psa.ts";
import { c2fSpec } from "./c2f.ts";
import { c3Spec } from "./c3.ts";
import { c3GhostSpec } from "./c3-ghost.ts";
import { c3SppSpec } from "./c3-spp.ts";
import { c3TrSpec } from "./c3-tr.ts";
import { c3kSpec } from "./c3k.ts";
import { c3k2Spec } from "./c3k2.ts";
import { concatSpec } from "./concat.ts";
import { convSpec } from "./conv.ts";
import { detectSpec } from "./detect.ts";
import { dwConvSpec } from "./dw-conv.ts";
import { ghostBottleneckSpec } from "./ghost-bottleneck.ts";
import { ghostConvSpec } from "./ghost-conv.ts";
import { maxPool2dSpec } from "./max-pool2d.ts";
import { psaSpec } from "./psa.ts";
import { sppSpec } from "./spp.ts";
import { sppfSpec } from "./sppf.ts";
import { transformerBlockSpec } from "./transformer-block.ts";
import { upsampleSpec } from "./upsample.ts";
import { zeroPad2dSpec } from "./zero-pad2d.ts";

/** A name that model files may use. */
export type ModuleName =
  | "Conv"
  | "DWConv"
  | "GhostConv"
  | "Bottleneck"
  | "GhostBottleneck"
  | "C2"
  | "C2f"
  | "C2PSA"
  | "C3"
  | "C3Ghost"
  | "C3SPP"
  | "C3TR"
  | "C3k"
  | "C3k2"
  | "PSA"
  | "SPP"
  | "SPPF"
  | "TransformerBlock"
  | "Concat"
  | "MaxPool2d"
  | "Upsample"
  | "ZeroPad2d"
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
  C2PSA: c2PsaSpec,
  C3: c3Spec,
  C3Ghost: c3GhostSpec,
  C3SPP: c3SppSpec,
  C3TR: c3TrSpec,
  C3k: c3kSpec,
  C3k2: c3k2Spec,
  PSA: psaSpec,
  SPP: sppSpec,
  SPPF: sppfSpec,
  TransformerBlock: transformerBlockSpec,
  Concat: concatSpec,
  MaxPool2d: maxPool2dSpec,
  Upsample: upsampleSpec,
  ZeroPad2d: zeroPad2dSpec,
  Detect: detectSpec,
};
