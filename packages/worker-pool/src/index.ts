export { availableMemory, availableParallelism, sharedMemory, sharesMemory } from "#channel";
export { readWorkerData } from "#parent";
export { type PoolWorker, type TaskMap, WorkerLostError } from "./pool-worker.ts";
export {
  type ServeOptions,
  serveTasks,
  type TaskContext,
  type TaskHandlers,
  Transfer,
} from "./serve-tasks.ts";
export { type RunOptions, WorkerPool, type WorkerPoolOptions } from "./worker-pool.ts";
