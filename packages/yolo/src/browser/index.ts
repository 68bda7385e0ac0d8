// The package in browsers: the same class as in Node, which runs in a worker.
export { LookonceError } from "@lookonce/errors";
export type { PlainBox, PlainResults, SkippedImage, VideoInfo } from "@lookonce/inference";
export { Results } from "@lookonce/inference/prediction";
export type { BatchInfo, EpochInfo, TrainCallbacks, ValidationResult } from "@lookonce/trainer";
export type {
  DescribeOptions,
  DetectorDescription,
  ExportOptions,
  InfoOptions,
  ModelInfo,
  PredictOptions,
  TrackOptions,
  TrainOptions,
  TrainReport,
  ValOptions,
  ValReport,
} from "../options.ts";
export type { FetchProgress } from "./fetch-model.ts";
export { type FilesOptions, files } from "./files.ts";
export type { FileEntry, ModelFile, WrittenFile } from "./host.ts";
export type { BrowserSource } from "./portable-source.ts";
export { type BrowserExportReport, type BrowserLoadOptions, YOLO } from "./yolo.ts";
export { startWorker, type WorkerOptions, type YoloWorker } from "./yolo-worker.ts";
