// The program of the thread that runs the networks of an inference process: loads models and detects objects, one batch after
// the other. Images come decoded, so that the network's blocking calls do not delay their decoding.
import { readWorkerData, serveTasks } from "@lookonce/worker-pool";
import type { ThreadTasks } from "./inference-tasks.ts";
import { ModelCache } from "./model-cache.ts";

const models = new ModelCache(await readWorkerData());

serveTasks<ThreadTasks>({
  load: (request) => models.load(request),
  unload: (request) => models.unload(request).then(() => undefined),
  describe: (request) => models.describe(request),
  ping: async () => undefined,
  detect: (request) => models.detect(request),
});
