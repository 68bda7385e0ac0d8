import type { QueueAnswer } from "../../src/jobs/routes/queue-routes.ts";

const now = Date.parse("2026-11-29T10:00:00Z");
const minute = 60_000;
const version = "0.0.0";
const machine = { version, concurrency: 1, device: "cpu", cpus: 8, load: 5.6, freeMemory: 9.1e9, memory: 33.5e9 };
const worker = { ...machine, host: "gpu-rack-1", since: now - 190 * minute, seen: now, active: [] };
const small = { host: "old-laptop", cpus: 2, load: 1.9, freeMemory: 0.4e9, memory: 8.2e9 };
const shard = { kind: "predict", run: "predict-street", parts: 40, priority: "normal", attempts: 1 } as const;
const service = { kind: "service", part: 0, parts: 1, created: now - 50 * minute } as const;

/** A queue with everything that the page shows: work on two machines, jobs of all kinds, and why some failed. */
export const busyQueue: QueueAnswer = {
  ...{ queue: "redis://:***@10.0.0.5:6379/", version },
  states: { waiting: 34, active: 3, completed: 1204, failed: 2, canceled: 0 },
  runs: [
    {
      run: "predict-street",
      kind: "predict",
      parts: 40,
      states: { waiting: 33, active: 2, completed: 4, failed: 1, canceled: 0 },
    },
  ],
  workers: [
    { ...worker, id: "gpu-rack-1:4127", pid: 4127, active: ["service-a.0"], completed: 3, failed: 0 },
    { ...worker, id: "gpu-rack-1:4128", pid: 4128, active: ["predict-street.5"], completed: 871, failed: 1 },
    { ...worker, id: "gpu-rack-1:4131", pid: 4131, since: now - 2 * minute, completed: 0, failed: 0 },
    { ...worker, ...small, id: "old-laptop:902", pid: 902, active: ["predict-street.6"], completed: 330, failed: 1 },
  ],
  jobs: [
    {
      ...{
        ...service,
        id: "service-a.0",
        run: "service-a",
        job: "12",
        title: "train yolov8n.pt on street/street",
        state: "active",
      },
      ...{ priority: "high", attempts: 1, started: now - 42 * minute, worker: "gpu-rack-1:4127" },
      progress: { done: 18, total: 50, unit: "epochs" },
    },
    {
      ...shard,
      id: "predict-street.5",
      part: 5,
      state: "active",
      created: now - 9 * minute,
      started: now - minute,
      worker: "gpu-rack-1:4128",
      progress: { done: 640, total: 1000, unit: "images" },
    },
    {
      ...shard,
      id: "predict-street.6",
      part: 6,
      state: "active",
      created: now - 9 * minute,
      started: now - minute,
      worker: "old-laptop:902",
      progress: { done: 120, total: 1000, unit: "images" },
    },
    {
      ...shard,
      id: "predict-street.3",
      part: 3,
      attempts: 3,
      state: "failed",
      created: now - 9 * minute,
      worker: "old-laptop:902",
      reason:
        "old-laptop:902: the process of the job was lost: signal SIGKILL. It may need more memory than there is: try a smaller batch or imgsz",
    },
    {
      ...service,
      id: "service-b.0",
      run: "service-b",
      job: "11",
      title: "val best.pt on street/street",
      state: "failed",
      priority: "normal",
      attempts: 1,
      worker: "gpu-rack-1:4128",
      reason: "gpu-rack-1:4128: street.yaml names no images for val.",
    },
    { ...shard, id: "predict-street.7", part: 7, attempts: 0, state: "waiting", created: now - 9 * minute },
    {
      ...service,
      id: "service-c.0",
      run: "service-c",
      job: "13",
      title: "export yolov8n.pt",
      state: "waiting",
      priority: "low",
      attempts: 0,
    },
  ],
};
