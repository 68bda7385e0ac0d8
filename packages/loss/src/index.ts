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
export {
  type Aligned,
  type AssignmentRules,
  TaskAlignedAssigner,
  type TaskAlignedOptions,
} from "./assigners/task-aligned-assigner.ts";
export type { BoxKind } from "./boxes/box-kind.ts";
export { rotatedBoxes } from "./boxes/rotated-boxes.ts";
export { uprightBoxes } from "./boxes/upright-boxes.ts";
export type { V8Gains, V8LossOptions } from "./criteria/anchor-free.ts";
export { type BranchedModel, branchedCriterion, DualCriterion, oneToManyWeight } from "./criteria/branches.ts";
export {
  type ClassificationLossOptions,
  ClassifyCriterion,
  type ClassifyTargets,
  classificationLoss,
} from "./criteria/classify.ts";
export type { BatchPart, Criterion, CriterionLoss, NamedTensors, TrainBatch } from "./criteria/criterion.ts";
export { type BalanceMode, LevelBalance, type LevelBalanceOptions } from "./criteria/level-balance.ts";
export { ObbCriterion, rotatedDetectionLoss } from "./criteria/obb.ts";
export {
  PoseCriterion,
  type PoseGains,
  type PoseLoss,
  type PoseLossOptions,
  type PoseTargets,
  poseLoss,
} from "./criteria/pose.ts";
export { SegmentCriterion, type SegmentLoss, type SegmentTargets, segmentLoss } from "./criteria/segment.ts";
export { V5Criterion, type V5CriterionOptions } from "./criteria/v5-criterion.ts";
export {
  scaleV5Gains,
  type V5Gains,
  type V5Loss,
  type V5LossOptions,
  type V5Scale,
  v5DetectionLoss,
} from "./criteria/v5-detection.ts";
export { V5SegmentCriterion, type V5SegmentLoss, type V5SegmentTargets, v5SegmentLoss } from "./criteria/v5-segment.ts";
export { V8Criterion } from "./criteria/v8-criterion.ts";
export { type V8Loss, v8DetectionLoss } from "./criteria/v8-detection.ts";
export { gatherRows } from "./gather-rows.ts";
export { type MaskRows, maskLoss, objectSigns } from "./masks/mask-loss.ts";
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
export { type KeypointObjects, keypointLoss } from "./terms/keypoints.ts";
export { probiou } from "./terms/probiou.ts";
export { smoothLabels } from "./terms/smooth-labels.ts";
export { softmaxCrossEntropy } from "./terms/softmax-cross-entropy.ts";
