export type { RecordedCall as DetectorCall } from "@lookonce/backend-onnxruntime";
export { KeypointResults, MaskResults } from "@lookonce/families";
export type { RawPixels } from "@lookonce/image";
export { listSource, openSource } from "#open-source";
export { type BatchDetector, detectInThreads } from "#pool";
export type { DetectOptions } from "./detect.ts";
export {
  type Detector,
  type DetectorFamily,
  type DetectorOutput,
  joinPixels,
  splitPredictions,
} from "./detector/detector.ts";
export { createFileDetector } from "./detector/file-detector.ts";
export { type BranchChoice, branchFor, headSpec } from "./detector/head-spec.ts";
export { ModelDetector, type ModelDetectorOptions } from "./detector/model-detector.ts";
export { normalizeImages } from "./detector/normalize-images.ts";
export {
  type DetectorGraphOptions,
  detectorGraph,
  type TraceDecodingOptions,
  type TraceForBytesOptions,
  type TraceNetworkOptions,
  traceDecoding,
  traceForBytes,
  traceNetwork,
} from "./detector/trace-detector.ts";
export { type CompileFunctionOptions, compileFunction } from "./engine/compile-function.ts";
export { type EnginePort, type EngineTensor, OnnxEngine, type OnnxEngineOptions } from "./engine/onnx-engine.ts";
export type { PredictionRun, SkippedImage } from "./predict.ts";
export { type BatchItem, Predictor, type PredictorOptions, type RunOptions } from "./predictor.ts";
export type { Boxes } from "./results/boxes.ts";
export type { PlainBox, PlainResults } from "./results/plain-results.ts";
export {
  ResultsWriter,
  type ResultsWriterOptions,
  type SaveOptions,
  savesAnything,
} from "./results/results-writer.ts";
export {
  type CropOptions,
  type ResultEntries,
  Results,
  type ResultsContents,
  type Speed,
} from "./results.ts";
export type {
  ImageContent,
  ImageSource,
  NamedFile,
  OpenedSource,
  OpenSourceOptions,
  Source,
  SourceEntry,
  SourceItem,
  VideoInfo,
} from "./sources/source.ts";
export { motFrame } from "./track/mot-lines.ts";
export { readTracker, readZones } from "./track/read-settings.ts";
export { ResultsTracker, type ResultsTrackerOptions } from "./track/results-tracker.ts";
