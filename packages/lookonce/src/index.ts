export type { DetectOptions, Results, SkippedPicture, Source } from "@lookonce/inference";
export {
  type ComparedRow,
  compareRows,
  type HeadDescription,
  type ModuleDescription,
  type SummaryRow,
  type TensorDescription,
} from "@lookonce/nn";
export type { BatchInfo, EpochInfo, Recipe, TrainCallbacks, ValidationResult } from "@lookonce/trainer";
export type {
  ExportOptions,
  InfoOptions,
  LoadOptions,
  ModelInfo,
  PredictOptions,
  TrainOptions,
  TrainReport,
  ValOptions,
} from "./options.ts";
export { progress } from "./progress.ts";
export { type QuickstartOptions, type QuickstartResult, quickstart } from "./quickstart.ts";
export { makeRunDirectory } from "./run-directory.ts";
export { YOLO } from "./yolo.ts";
