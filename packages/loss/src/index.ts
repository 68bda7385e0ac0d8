export {
  AnchorAssigner,
  type AnchorAssignerOptions,
  type AnchorMatch,
  type AnchorTarget,
} from "./assigners/anchor-assigner.ts";
export {
  type AnchorTargets,
  type AnchorTargetTensors,
  anchorTargetInputs,
  anchorTargetTensors,
} from "./assigners/anchor-targets.ts";
export type { AnchorPredictions, Assigner, Assignment } from "./assigners/assigner.ts";
export { type Aligned, TaskAlignedAssigner, type TaskAlignedOptions } from "./assigners/task-aligned-assigner.ts";
export type { Criterion, CriterionLoss, NamedTensors, TrainBatch } from "./criteria/criterion.ts";
export { type BalanceMode, LevelBalance, type LevelBalanceOptions } from "./criteria/level-balance.ts";
export { V5Criterion, type V5CriterionOptions } from "./criteria/v5-criterion.ts";
export {
  scaleV5Gains,
  type V5Gains,
  type V5Loss,
  type V5LossOptions,
  type V5Scale,
  v5DetectionLoss,
} from "./criteria/v5-detection.ts";
export { V8Criterion } from "./criteria/v8-criterion.ts";
export { type V8Gains, type V8Loss, type V8LossOptions, v8DetectionLoss } from "./criteria/v8-detection.ts";
export { gatherRows } from "./gather-rows.ts";
export { stopGradient } from "./stop-gradient.ts";
export type { BatchSize, HostTargets, HostTensor, PaddedTargets } from "./targets.ts";
export { type BceOptions, bceWithLogits, type LogitLoss, type Reduction } from "./terms/bce-with-logits.ts";
export {
  type BoxPlanes,
  boxIou,
  type IouKind,
  type IouOptions,
  planeIou,
  reshapePlanes,
  splitPlanes,
} from "./terms/ciou.ts";
export { distributionFocalLoss } from "./terms/dfl.ts";
export {
  type FocalOptions,
  focalWithLogits,
  qualityFocalWithLogits,
  type VarifocalOptions,
  varifocalWithLogits,
} from "./terms/focal.ts";
export { smoothLabels } from "./terms/smooth-labels.ts";
