export { type BundledFile, downloadFiles, localFile, requireSeen, uploadFiles } from "./bundle.ts";
export { checkJob, jobId, parseJobId } from "./check-job.ts";
export { type ConnectOptions, shownUrl } from "./connect.ts";
export { type AddOptions, type FollowedEvent, JobQueue, openQueue } from "./job-queue.ts";
export {
  type FileRef,
  type Job,
  type JobEvent,
  type JobKind,
  type JobOutput,
  type JobProgress,
  type JobState,
  type JobView,
  jobKinds,
  type PartRecord,
  type Priority,
  priorities,
  type QueueView,
  type Runner,
  type RunnerContext,
  type RunView,
  type StopReason,
  type WorkerView,
} from "./jobs.ts";
export { type ComputeOptions, computePart, partKey, readPart } from "./parts.ts";
export { type ComputeHooks, QueueWorker, type QueueWorkerOptions } from "./queue-worker.ts";
export { openStorage } from "./storage/open-storage.ts";
export { parseS3, type Storage, type StorageRef } from "./storage/storage.ts";
