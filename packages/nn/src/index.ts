export { shippedModels } from "#shipped-models";
export type { ModelLayer } from "./build-layers.ts";
export {
  type ConfigLayer,
  type ModelConfig,
  type ParseModelConfigOptions,
  parseModelConfig,
} from "./config/model-config.ts";
export type { BuildContext, ModuleSpec, V5Release } from "./config/module-spec.ts";
export type { ScaleFactors } from "./config/scale.ts";
export { ModuleList, Sequential } from "./containers.ts";
export { copyModel } from "./copy-model.ts";
export { type AnchorBasedOptions, anchorsToXywh, decodeAnchorBased } from "./decode/anchor-based.ts";
export {
  type AnchorFreeOptions,
  type AnchorPoints,
  anchorPoints,
  boxDistances,
  decodeAnchorFree,
  distancesToXywh,
  distancesToXyxy,
  type ExtrasDecoding,
  expectedDistances,
  sideDistances,
  xyxyToDistances,
} from "./decode/anchor-free.ts";
export { xywhToXyxy, xyxyToXywh } from "./decode/box-formats.ts";
export { type CellPositions, cellPositions, countedCellPositions, type Grid } from "./decode/cell-positions.ts";
export { decodeAngles, distancesToRotated } from "./decode/obb.ts";
export { type KeypointOffsets, keypointPlaces } from "./decode/pose.ts";
export { DetectionModel, type DetectionModelOptions, type Prediction } from "./detection-model.ts";
export { type Affine, type BatchNormResult, batchNormDefaults, type WholeBatch } from "./functional/batch-norm.ts";
export { type ConvBnActOptions, convBnAct } from "./functional/conv-bn-act.ts";
export { type Conv2dOptions, conv2d, type Stride } from "./functional/conv2d.ts";
export { type ActivationName, activations, silu } from "./functional/silu.ts";
export { stopGradient } from "./functional/stop-gradient.ts";
export { type FuseOptions, fuse, outlineFused } from "./fuse.ts";
export {
  type BatchNormSettings,
  type BranchName,
  type DrawnInput,
  Head,
  type ResetBiasesOptions,
  type SplitMaps,
} from "./head.ts";
export { readModelConfig } from "./model-files.ts";
export { type CheckpointContents, modelFileOf, modelFromCheckpoint } from "./model-from-checkpoint.ts";
export { initialize, Join, Layer, Module, Split } from "./module.ts";
export { AConv } from "./modules/a-conv.ts";
export { ADown } from "./modules/a-down.ts";
export { A2C2f, type A2C2fOptions } from "./modules/a2c2f.ts";
export { Activation } from "./modules/activation.ts";
export { AreaBlock, type AreaBlockOptions } from "./modules/area-block.ts";
export { BatchNorm2d } from "./modules/batch-norm2d.ts";
export { Bottleneck, type BottleneckOptions } from "./modules/bottleneck.ts";
export { BottleneckCSP } from "./modules/bottleneck-csp.ts";
export { C2 } from "./modules/c2.ts";
export { C2PSA, type C2PsaOptions } from "./modules/c2-psa.ts";
export { C2f } from "./modules/c2f.ts";
export { C2fCIB, type C2fCibOptions } from "./modules/c2f-cib.ts";
export { C2fPSA } from "./modules/c2f-psa.ts";
export { C3, type C3InnerOptions, type C3Options } from "./modules/c3.ts";
export { C3Ghost } from "./modules/c3-ghost.ts";
export { C3SPP, type C3SppOptions } from "./modules/c3-spp.ts";
export { C3TR } from "./modules/c3-tr.ts";
export { C3k } from "./modules/c3k.ts";
export { C3k2, type C3k2Options } from "./modules/c3k2.ts";
export { C3x } from "./modules/c3x.ts";
export { CBFuse } from "./modules/cb-fuse.ts";
export { CBLinear, type CbLinearOptions } from "./modules/cb-linear.ts";
export { CIB, type CibOptions } from "./modules/cib.ts";
export { Classify, type ClassifyOptions } from "./modules/classify.ts";
export { Concat } from "./modules/concat.ts";
export { Contract } from "./modules/contract.ts";
export { Conv, type ConvOptions } from "./modules/conv.ts";
export { ConvTranspose2d } from "./modules/conv-transpose2d.ts";
export { Conv2d, type Conv2dLayerOptions } from "./modules/conv2d.ts";
export { CrossConv, type CrossConvOptions } from "./modules/cross-conv.ts";
export { DetectV5, type DetectV5Options } from "./modules/detect-v5.ts";
export { DetectV8, type DetectV8Options, headWidths } from "./modules/detect-v8.ts";
export { Dfl } from "./modules/dfl.ts";
export { DWConv } from "./modules/dw-conv.ts";
export { ELAN1, type ElanOptions } from "./modules/elan1.ts";
export { Expand } from "./modules/expand.ts";
export { Focus } from "./modules/focus.ts";
export { GhostBottleneck, type GhostBottleneckOptions } from "./modules/ghost-bottleneck.ts";
export { GhostConv, type GhostConvOptions } from "./modules/ghost-conv.ts";
export { Identity } from "./modules/identity.ts";
export { Linear, type LinearOptions } from "./modules/linear.ts";
export { MapAttention, type MapAttentionOptions } from "./modules/map-attention.ts";
export { MaxPool2d } from "./modules/max-pool2d.ts";
export { MultiheadAttention } from "./modules/multihead-attention.ts";
export { OBB } from "./modules/obb.ts";
export { OBB26 } from "./modules/obb26.ts";
export { type KeypointShape, Pose } from "./modules/pose.ts";
export { Pose26 } from "./modules/pose26.ts";
export { Proto, type ProtoOptions } from "./modules/proto.ts";
export { Proto26, type Proto26Options } from "./modules/proto26.ts";
export { PSA, type PsaOptions } from "./modules/psa.ts";
export { PSABlock } from "./modules/psa-block.ts";
export { RealNvp } from "./modules/real-nvp.ts";
export { RepBottleneck, type RepBottleneckOptions } from "./modules/rep-bottleneck.ts";
export { RepConv, type RepConvOptions } from "./modules/rep-conv.ts";
export { RepCSP } from "./modules/rep-csp.ts";
export { RepNCSPELAN4, type RepNcspElan4Options } from "./modules/rep-ncspelan4.ts";
export { RepVGGDW } from "./modules/rep-vggdw.ts";
export { SCDown, type ScDownOptions } from "./modules/sc-down.ts";
export { type MaskOptions, Segment, SegmentV5 } from "./modules/segment.ts";
export { Segment26 } from "./modules/segment26.ts";
export { SPP, type SppOptions } from "./modules/spp.ts";
export { SPPELAN, type SppElanOptions } from "./modules/spp-elan.ts";
export { SPPF, type SppfOptions } from "./modules/sppf.ts";
export { registerModule } from "./modules/table.ts";
export { TransformerBlock, type TransformerBlockOptions } from "./modules/transformer-block.ts";
export { TransformerLayer } from "./modules/transformer-layer.ts";
export { Upsample } from "./modules/upsample.ts";
export { type Sides, ZeroPad2d } from "./modules/zero-pad2d.ts";
export { observeModules } from "./observe-modules.ts";
export type { Cost, Shape } from "./shape.ts";
export {
  type LoadReport,
  type LoadStateDictOptions,
  loadStateDict,
  requireFit,
  type ShapeMismatch,
  type StateEntry,
  type StateTensor,
  stateDict,
  transfer,
} from "./state.ts";
export { compareLayers, type LayerPair } from "./summary/compare-layers.ts";
export { describeHead, type HeadDescription } from "./summary/describe-head.ts";
export { describeModules, type ModuleDescription, type TensorDescription } from "./summary/describe-modules.ts";
export {
  type LayerSummary,
  type ModelSummary,
  rawShapes,
  type SummarizeOptions,
  summarize,
} from "./summary/summarize.ts";
export { type FusedSummary, summarizeFused } from "./summary/summarize-fused.ts";
export type { Initializer, VariableSlot } from "./variable-slot.ts";
