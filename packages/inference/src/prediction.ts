// What predicts, tracks and saves: for programs that may need no TensorFlow.js, as those with exported files.
export type { PredictionRun } from "./predict.ts";
export { Predictor } from "./predictor.ts";
export { ResultsWriter, savesAnything } from "./results/results-writer.ts";
export { Results } from "./results.ts";
export { readTracker, readZones } from "./track/read-settings.ts";
export { ResultsTracker } from "./track/results-tracker.ts";
