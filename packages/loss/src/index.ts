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
export { type Aligned, TaskAlignedAssigner, type TaskAlignedOptions } from "./assigners/task-aligned.ts";
export type { Criterion, CriterionLoss, NamedTensors, TrainBatch } from "./criteria/criterion.ts";
export { type BalanceMode, LevelBalance, type LevelBalanceOptions } from "./criteria/level-balance.ts";
export { V5Criterion, type V5CriterionOptions } from "./criteria/v5-criterion.ts";
export { type V5Loss, type V5LossOptions, v5DetectionLoss } from "./criteria/v5-detection.ts";
export { scaleV5Gains, type V5Gains, type V5Scale } from "./criteria/v5-gains.ts";
export { V8Criterion } from "./criteria/v8-criterion.ts";
export { type V8Gains, type V8Loss, type V8LossOptions, v8DetectionLoss } from "./criteria/v8-detection.ts";
export type { BatchSize, HostTargets, HostTensor } from "./host-targets.ts";
export { boxIou, type IouKind, type IouOptions, planeIou } from "./iou/box-iou.ts";
export { type BoxPlanes, reshapePlanes, splitPlanes } from "./iou/planes.ts";
export { stopGradient } from "./stop-gradient.ts";
export { takeRows } from "./take-rows.ts";
export type { PaddedTargets } from "./targets.ts";
export { type BceOptions, bceWithLogits, type LogitLoss } from "./terms/bce-with-logits.ts";
export { distributionFocal } from "./terms/distribution-focal.ts";
export {
  type FocalOptions,
  focalWithLogits,
  qualityFocalWithLogits,
  type VarifocalOptions,
  varifocalWithLogits,
} from "./terms/focal.ts";
export type { Reduction } from "./terms/reduction.ts";
export { smoothLabels } from "./terms/smooth-labels.ts";
