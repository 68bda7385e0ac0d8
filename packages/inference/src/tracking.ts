// What follows objects, and reads its settings: for programs that may need no TensorFlow.js.
export { readTracker, readZones } from "./track/read-settings.ts";
export { ResultsTracker } from "./track/results-tracker.ts";
