export { averagePrecision, type PrecisionRecall } from "./average-precision.ts";
export {
  type ClassCurves,
  type ClassMetrics,
  CONFIDENCES,
  classMetrics,
  type MatchedDetections,
  type MetricsByClass,
} from "./class-metrics.ts";
export {
  ClassificationMetrics,
  type ClassificationResult,
  type ClassifiedClass,
  topClasses,
} from "./classification-metrics.ts";
export {
  type CocoDetection,
  type CocoDetectionsOptions,
  cocoCategories,
  cocoDetections,
} from "./coco-detections.ts";
export { ConfusionMatrix, type ConfusionOptions } from "./confusion-matrix.ts";
export {
  type ClassResult,
  DetectionMetrics,
  type DetectionMetricsOptions,
  type DetectionResult,
  evaluateDetections,
} from "./detection-metrics.ts";
export { type FitnessWeights, fitness } from "./fitness.ts";
export type { EvaluatedImage, LabeledObjects } from "./image.ts";
export { type KeypointPairs, keypointSimilarity } from "./keypoint-similarity.ts";
export { IOU_THRESHOLDS, type MatchOptions, matchDetections, type RuleSet } from "./match-detections.ts";
export type { MetricsState } from "./metrics-state.ts";
