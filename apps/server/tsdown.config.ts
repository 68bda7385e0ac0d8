import { library } from "../../tsdown.base.ts";

// Programs of threads and processes are files of their own, beside the rest: see the files worker-address.ts.
export default library({
  entry: {
    index: "src/index.ts",
    "inference-process": "src/pool/process/inference-process.ts",
    "inference-thread": "src/pool/inference-thread.ts",
    "job-worker": "src/jobs/worker/job-worker.ts",
    "queue-program": "src/jobs/worker/queue-program.ts",
  },
});
