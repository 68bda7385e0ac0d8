export { type AnchorFit, type AnchorSize, anchorFit } from "./anchors/anchor-fit.ts";
export { type AnchorReport, type AutoAnchorOptions, autoAnchor } from "./anchors/auto-anchor.ts";
export { type FitAnchorsOptions, type FittedAnchors, fitAnchors } from "./anchors/fit-anchors.ts";
export { type LabelSizesOptions, labelSizes, type SizedImage } from "./anchors/label-sizes.ts";
export { type AutoBatchOptions, autoBatch } from "./auto-batch/auto-batch.ts";
export type { AutoBatchReport } from "./auto-batch/largest-batch.ts";
export type { MemoryMeter } from "./auto-batch/memory-meter.ts";
export { type ModelNotes, saveModel } from "./checkpointer.ts";
export { type BestEpoch, EarlyStopping } from "./early-stopping.ts";
export {
  type Evolution,
  type EvolveOptions,
  evolve,
  type GenerationReport,
} from "./evolve/evolve.ts";
export type { EvolvedGeneration, GenerationScores } from "./evolve/evolve-table.ts";
export { GradScaler, type GradScalerOptions } from "./grad-scaler.ts";
export { LrScheduler, type ScheduleSettings } from "./lr-scheduler.ts";
export { ModelEMA, type ModelEMAOptions } from "./model-ema.ts";
export {
  type AutoOptimizer,
  autoOptimizer,
  chooseOptimizer,
  groupsOf,
  makeOptimizer,
} from "./optimizer/make-optimizer.ts";
export type { Optimizer, UpdateSettings } from "./optimizer/optimizer.ts";
export {
  type GroupedParameter,
  type GroupName,
  groupNames,
  groupParameters,
  type LearningRates,
  musgdGroups,
} from "./optimizer/parameter-groups.ts";
export type { PrecisionChoice } from "./precision/choose-precision.ts";
export type { Communication } from "./ranks/communication.ts";
export { isKnownToAll, Ranks } from "./ranks/ranks.ts";
export { readHyp } from "./recipes/read-hyp.ts";
export type { BatchInfo, EndInfo, EpochInfo, RunInfo, TrainCallbacks, TrainWarning } from "./report/callbacks.ts";
export { type MlflowLoggerOptions, mlflowLogger } from "./report/mlflow-logger.ts";
export { type PlotLoggerOptions, plotLogger } from "./report/plot-logger.ts";
export { type ProgressStream, plainProgress, progress, terminalProgress } from "./report/progress.ts";
export { resultsCsv } from "./report/results-csv.ts";
export { type TensorboardLoggerOptions, tensorboardLogger } from "./report/tensorboard-logger.ts";
export { lockRun, makeRunDirectory, type RunDirectoryOptions } from "./run-directory.ts";
export { train } from "./train.ts";
export type { TrainOptions, TrainResult, TrainSettings } from "./train-options.ts";
export { type Losses, type StepResult, type StepSettings, TrainStep, type TrainStepOptions } from "./train-step.ts";
export { parseTraining, type SavedTraining } from "./training-state.ts";
export { describeUnreadable, type UnreadableImages } from "./unreadable-images.ts";
export { type CocoJsonOptions, cocoJson } from "./validation/coco-json.ts";
export { dotaText } from "./validation/dota-text.ts";
export { type LabelFilesOptions, LabelNames, labelFiles, labelLinesOf } from "./validation/label-files.ts";
export type { ValidatedBatch, ValidationCallbacks, ValidationInfo } from "./validation/validation-callbacks.ts";
export { decodeValidationPart, encodeValidationPart, type ValidationPart } from "./validation/validation-part.ts";
export { type ValidationPlotsOptions, validationPlots } from "./validation/validation-plots.ts";
export type { ValidationResult } from "./validation/validation-result.ts";
export {
  type ValidateOptions,
  type ValidationPartOptions,
  type ValidationRunOptions,
  Validator,
  validate,
  validateDetector,
} from "./validation/validator.ts";
export { type StepSchedule, type WarmupSettings, warmupIterations } from "./warmup.ts";
