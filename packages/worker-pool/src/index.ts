export { decodeError, encodeError, type SentError } from "./error-codec.ts";
export { type ServeOptions, serveTasks, type TaskContext, type TaskHandlers, Transfer } from "./serve-tasks.ts";
export { type RunOptions, WorkerPool, type WorkerPoolOptions } from "./worker-pool.ts";
export { type TaskMap, WorkerLostError, type WorkerThread } from "./worker-thread.ts";
