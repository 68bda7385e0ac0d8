// What predicts, tracks and saves: for programs that may need no TensorFlow.js, as those with exported files.
export type { PredictionRun } from "./predict.ts";
export { Predictor } from "./predictor.ts";
export { decodeResults, encodeResults, type SentResults } from "./results/results-codec.ts";
export { ResultsWriter, savesAnything } from "./results/results-writer.ts";
export { Results } from "./results.ts";
export { fetchFile } from "./sources/browser/fetch-file.ts";
export { liveFrames } from "./sources/browser/live-frames.ts";
export type { LiveFrames } from "./sources/browser/open-source.ts";
export type { Source, SourceEntry } from "./sources/source.ts";
