import type { ModuleSpec } from "../config/module-spec.ts";
import { aConvSpec } from "./a-conv.ts";
import { aDownSpec } from "./a-down.ts";
import { a2c2fSpec } from "./a2c2f.ts";
import { bottleneckSpec } from "./bottleneck.ts";
import { bottleneckCspSpec } from "./bottleneck-csp.ts";
import { c2Spec } from "./c2.ts";
import { c2PsaSpec } from "./c2-psa.ts";
import { c2fSpec } from "./c2f.ts";
import { c2fCibSpec } from "./c2f-cib.ts";
import { c2fPsaSpec } from "./c2f-psa.ts";
import { c3Spec } from "./c3.ts";
import { c3GhostSpec } from "./c3-ghost.ts";
import { c3SppSpec } from "./c3-spp.ts";
import { c3TrSpec } from "./c3-tr.ts";
import { c3kSpec } from "./c3k.ts";
import { c3k2Spec } from "./c3k2.ts";
import { c3xSpec } from "./c3x.ts";
import { cbFuseSpec } from "./cb-fuse.ts";
import { cbLinearSpec } from "./cb-linear.ts";
import { cibSpec } from "./cib.ts";
import { classifySpec } from "./classify.ts";
import { concatSpec } from "./concat.ts";
import { contractSpec } from "./contract.ts";
import { convSpec } from "./conv.ts";
import { crossConvSpec } from "./cross-conv.ts";
import { detectSpec, v10DetectSpec } from "./detect-spec.ts";
import { dwConvSpec } from "./dw-conv.ts";
import { elan1Spec } from "./elan1.ts";
import { expandSpec } from "./expand.ts";
import { focusSpec } from "./focus.ts";
import { ghostBottleneckSpec } from "./ghost-bottleneck.ts";
import { ghostConvSpec } from "./ghost-conv.ts";
import { identitySpec } from "./identity.ts";
import { maxPool2dSpec } from "./max-pool2d.ts";
import { obbSpec } from "./obb.ts";
import { obb26Spec } from "./obb26.ts";
import { poseSpec } from "./pose.ts";
import { pose26Spec } from "./pose26.ts";
import { psaSpec } from "./psa.ts";
import { repBottleneckSpec } from "./rep-bottleneck.ts";
import { repConvSpec } from "./rep-conv.ts";
import { repCspSpec } from "./rep-csp.ts";
import { repNcspElan4Spec } from "./rep-ncspelan4.ts";
import { repVggdwSpec } from "./rep-vggdw.ts";
import { scDownSpec } from "./sc-down.ts";
import { segmentSpec } from "./segment.ts";
import { segment26Spec } from "./segment26.ts";
import { sppSpec } from "./spp.ts";
import { sppElanSpec } from "./spp-elan.ts";
import { sppfSpec } from "./sppf.ts";
import { transformerBlockSpec } from "./transformer-block.ts";
import { upsampleSpec } from "./upsample.ts";
import { zeroPad2dSpec } from "./zero-pad2d.ts";

/** Every module that model files may name. A new one is a file beside this one and a line here. */
const modules = new Map<string, ModuleSpec>(
  Object.entries({
    Conv: convSpec,
    DWConv: dwConvSpec,
    Focus: focusSpec,
    GhostConv: ghostConvSpec,
    CrossConv: crossConvSpec,
    AConv: aConvSpec,
    ADown: aDownSpec,
    SCDown: scDownSpec,
    RepConv: repConvSpec,
    RepVGGDW: repVggdwSpec,
    Bottleneck: bottleneckSpec,
    BottleneckCSP: bottleneckCspSpec,
    GhostBottleneck: ghostBottleneckSpec,
    CIB: cibSpec,
    RepBottleneck: repBottleneckSpec,
    C2: c2Spec,
    C2f: c2fSpec,
    C2PSA: c2PsaSpec,
    C2fPSA: c2fPsaSpec,
    C2fCIB: c2fCibSpec,
    A2C2f: a2c2fSpec,
    C3: c3Spec,
    C3Ghost: c3GhostSpec,
    C3SPP: c3SppSpec,
    C3TR: c3TrSpec,
    C3k: c3kSpec,
    C3k2: c3k2Spec,
    C3x: c3xSpec,
    RepCSP: repCspSpec,
    ELAN1: elan1Spec,
    RepNCSPELAN4: repNcspElan4Spec,
    PSA: psaSpec,
    SPP: sppSpec,
    SPPF: sppfSpec,
    SPPELAN: sppElanSpec,
    TransformerBlock: transformerBlockSpec,
    Identity: identitySpec,
    Concat: concatSpec,
    Contract: contractSpec,
    CBLinear: cbLinearSpec,
    CBFuse: cbFuseSpec,
    Expand: expandSpec,
    MaxPool2d: maxPool2dSpec,
    Upsample: upsampleSpec,
    ZeroPad2d: zeroPad2dSpec,
    Detect: detectSpec,
    Segment: segmentSpec,
    Pose: poseSpec,
    OBB: obbSpec,
    v10Detect: v10DetectSpec,
    Segment26: segment26Spec,
    Pose26: pose26Spec,
    OBB26: obb26Spec,
    Classify: classifySpec,
  }),
);

/** The modules that model files may use, by name. */
export const registeredModules: ReadonlyMap<string, ModuleSpec> = modules;

/** Lets model files use a module of your own, or another one under a name that there is. */
export function registerModule(name: string, spec: ModuleSpec): void {
  modules.set(name, spec);
}
