// The program of the inference workers: loads models and detects objects, one batch after the other. Images come decoded:
// a thread that ends while a decoder's own threads work for it ends the whole process.
import { workerData } from "node:worker_threads";
import { serveTasks } from "@lookonce/worker-pool";
import type { InferenceTasks } from "./inference-tasks.ts";
import { ModelCache } from "./model-cache.ts";

const models = new ModelCache(workerData);

serveTasks<InferenceTasks>(
  {
    load: (request) => models.load(request),
    unload: (request) => models.unload(request).then(() => undefined),
    describe: (request) => models.describe(request),
    detect: (request) => models.detect(request),
  },
  {
    // A thread that a library keeps alive must not keep the service from ending
    onStop: () => models.dispose().finally(() => process.exit(0)),
  },
);
