import { browserLibrary, library } from "../../tsdown.base.ts";

/** `prediction` and `tracking` are for programs that may need no TensorFlow.js. */
const entry = { index: "src/index.ts", prediction: "src/prediction.ts", tracking: "src/tracking.ts" };

// The program of the worker threads is a file of its own, beside the rest: see src/pool/worker-address.ts.
export default [
  library({ entry: { ...entry, "detection-worker": "src/pool/detection-worker.ts" } }),
  browserLibrary({ entry }),
];
