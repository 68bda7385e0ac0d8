export type { Recipe } from "@lookonce/config";
export type { ConversionResult, DatasetReport, GeneratedShapes, SplitResult, WrittenAnnotations } from "@lookonce/data";
export type { ExportReport } from "@lookonce/export";
export { type PublishedWeights, publishedWeights } from "@lookonce/hub";
export type { Image, ImageHeader } from "@lookonce/image";
export type {
  BatchItem,
  DetectOptions,
  PlainBox,
  PlainResults,
  RawPixels,
  Results,
  SkippedImage,
  Source,
  SourceEntry,
  VideoInfo,
} from "@lookonce/inference";
export type { HeadDescription, LayerPair, LayerSummary, ModuleDescription, TensorDescription } from "@lookonce/nn";
export type { BatchInfo, EpochInfo, TrainCallbacks, ValidationResult } from "@lookonce/trainer";
export {
  type BenchmarkFormat,
  benchmarkModel,
  type ModelBenchmark,
  type ModelBenchmarkOptions,
  type ModelBenchmarkRow,
} from "./benchmark/benchmark-model.ts";
export { type Checks, type ChecksOptions, checks } from "./checks/checks.ts";
export { type CheckDataOptions, checkData, type DataCheck } from "./data/check-data.ts";
export {
  type ConvertDataOptions,
  convertData,
  type WriteAnnotationsOptions,
  writeAnnotations,
} from "./data/convert-data.ts";
export { type DataStatistics, type DataStatisticsOptions, dataStatistics } from "./data/data-statistics.ts";
export { drawShapes, splitData } from "./data/prepare-data.ts";
export { type DataSample, type SampleDataOptions, sampleData } from "./data/sample-data.ts";
export { type EvolveOptions, type EvolveReport, evolve } from "./evolve.ts";
export { exportPlans, type PlannedExport } from "./export/plan-export.ts";
export type { FetchOptions } from "./find-weights-file.ts";
export { type AnchorFinding, type FitAnchorsOptions, fitAnchors } from "./fit-anchors.ts";
export { type Frame, type FrameMotion, frameAppearance, frameMotion, readFrames } from "./frames.ts";
export {
  canResume,
  compareLayers,
  createTracker,
  isImage,
  mlflowLogger,
  parseImageHeader,
  progress,
  readImage,
  shippedModels,
} from "./lazy-exports.ts";
export type {
  DescribeOptions,
  DetectorDescription,
  ExportOptions,
  InfoOptions,
  LoadOptions,
  ModelInfo,
  PredictOptions,
  TrackOptions,
  TrainOptions,
  TrainReport,
  ValOptions,
  ValReport,
} from "./options.ts";
export type { PlainFound, PlainFrame, PlainTracker, PlainTrackerOptions, PlainTracks } from "./plain-tracker.ts";
export { predictOnQueue, type QueuedPredictOptions, type ReportedResult } from "./queue/predict-on-queue.ts";
export type { QueueOptions, SharedRunOptions } from "./queue/queue-run.ts";
export { openJobQueue } from "./queue/queue-run.ts";
export { type StartedQueueWorker, type StartQueueWorkerOptions, startQueueWorker } from "./queue/start-queue-worker.ts";
export { type QueuedValOptions, valOnQueue } from "./queue/val-on-queue.ts";
export { makeRunDirectory, newestTraining } from "./run-directory.ts";
export { type ValTrackOptions, type ValTrackReport, valTrack } from "./val-track.ts";
export { leaveRanks, type RankOptions, withRanks } from "./with-ranks.ts";
export { YOLO } from "./yolo.ts";
