import { library } from "../../tsdown.base.ts";

// The program of the worker threads is a file of its own, beside the rest: see src/pool/worker-address.ts.
export default library({
  entry: { index: "src/index.ts", "detection-worker": "src/pool/detection-worker.ts" },
});
