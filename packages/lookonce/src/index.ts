export { makeRunDirectory } from "./run-directory.ts";
export { type ExportOptions, type LoadOptions, type ModelInfo, type PredictOptions, YOLO } from "./yolo.ts";
