export { formatClassNames, parseClassNames } from "./detector/class-names.ts";
export {
  type DetectorGraphOptions,
  detectorGraph,
  type TraceDetectorOptions,
  type TraceForBytesOptions,
  traceDetector,
  traceForBytes,
} from "./detector/trace-detector.ts";
export { type CompileFunctionOptions, compileFunction } from "./engine/compile-function.ts";
export { type EnginePort, type EngineTensor, OnnxEngine, type OnnxEngineOptions } from "./engine/onnx-engine.ts";
export type { PredictionRun, SkippedPicture } from "./prediction-run.ts";
export { type DetectOptions, Predictor, type PredictorOptions } from "./predictor.ts";
export { type PlainBox, type PlainResults, Results, type ResultsContents, type Speed } from "./results.ts";
export type { PictureSource, Source, VideoInfo } from "./sources/source.ts";
