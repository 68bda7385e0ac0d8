export { type PoolWorker, type TaskMap, WorkerLostError } from "./pool-worker.ts";
export {
  readWorkerData,
  type ServeOptions,
  serveTasks,
  type TaskContext,
  type TaskHandlers,
  Transfer,
} from "./serve-tasks.ts";
export { type RunOptions, WorkerPool, type WorkerPoolOptions } from "./worker-pool.ts";
