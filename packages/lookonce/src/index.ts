export { makeRunDirectory } from "./run-directory.ts";
export { type LoadOptions, type ModelInfo, YOLO } from "./yolo.ts";
