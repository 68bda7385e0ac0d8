import { join } from "node:path";
import { LookonceError } from "@lookonce/errors";
import type { Job, JobEvent, JobKind, PartRecord, QueueWorkerOptions, WorkerView } from "@lookonce/queue";
import { WorkerLostError, WorkerPool } from "@lookonce/worker-pool";
import type { PlaceOptions } from "../place.ts";
import type { ProcessData, ProcessTasks } from "./job-process.ts";
import { ownVersion } from "./queue-run.ts";
import { workerAddress } from "./worker-address.ts";

/** Options of {@link startQueueWorker}. */
export interface StartQueueWorkerOptions
  extends PlaceOptions,
    Pick<QueueWorkerOptions, "concurrency" | "lockMs" | "log"> {
  /** The address of the queue. */
  queue: string;
  /** Folder for what is fetched from storages. Default `queue` in the platform's cache folder for lookonce. */
  cache?: string | undefined;
  /** Modules whose default export is the `Runner` of a kind of jobs that lookonce itself does not know. */
  runners?: Partial<Record<JobKind, URL>>;
  /** Computes a job by calling `compute`, in a span of its trace, say. */
  around?: (job: Job, compute: () => Promise<PartRecord>) => Promise<PartRecord>;
  onEnd?: QueueWorkerOptions["onEnd"];
}

/** A worker of a queue. */
export interface StartedQueueWorker {
  readonly id: string;
  /** Whether the queue answers. */
  readonly isConnected: boolean;
  /** What views show of it. */
  view(): WorkerView;
  /** Accepts no more jobs, lets those that it has end for so many milliseconds, hands back the rest, and ends. */
  stop(graceMs: number): Promise<void>;
}

/** Milliseconds that a job which is to stop has, before its process is killed. */
const stopMs = 20_000;

/**
 * Starts a worker of a queue: it computes each job in a child process, and renews its locks meanwhile.
 *
 * @throws LookonceError for a queue that cannot be used, `NOT_FOUND` without BullMQ and ioredis
 */
export async function startQueueWorker(options: StartQueueWorkerOptions): Promise<StartedQueueWorker> {
  const { queue, device = "cpu", threads, concurrency = 1, runners = {}, lockMs, log, onEnd } = options;
  const { around = (_job, compute) => compute() } = options;
  const { QueueWorker } = await import("@lookonce/queue");
  const { cacheFolder } = await import("@lookonce/files");
  const { hostname } = await import("node:os");
  const data: ProcessData = {
    worker: `${hostname()}:${process.pid}`,
    place: { device, threads },
    cache: options.cache ?? join(cacheFolder(), "queue"),
    runners: Object.fromEntries(Object.entries(runners).map(([kind, url]) => [kind, url.href])),
  };
  const idle: JobSlot[] = [];
  const all = new Set<JobSlot>();
  const worker = await QueueWorker.start({
    ...{ url: queue, version: ownVersion(), concurrency, device, log, onEnd, lockMs },
    async compute(job, { signal, report }) {
      const slot = idle.pop() ?? new JobSlot(data);
      all.add(slot);
      try {
        return await around(job, () => slot.compute(job, { signal, report }));
      } finally {
        if (slot.isUsable) idle.push(slot);
        else all.delete(slot);
      }
    },
  });
  return {
    id: worker.id,
    get isConnected() {
      return worker.isConnected;
    },
    view: () => worker.view(),
    async stop(graceMs) {
      await worker.stop(graceMs);
      await Promise.all([...all].map((slot) => slot.dispose()));
    },
  };
}

/** A child process for one job at a time, replaced when it is lost. */
class JobSlot {
  readonly #pool: WorkerPool<ProcessTasks>;
  isUsable = true;

  constructor(workerData: ProcessData) {
    this.#pool = new WorkerPool<ProcessTasks>({
      ...{ program: workerAddress, name: "lookonce job", workerData, kind: "process", maxWorkers: 1, maxAttempts: 1 },
      ...{ concurrent: true, shutdownTimeoutMs: 2000 },
    });
  }

  /** Computes a job. One that is to stop and does not is ended with its process. */
  async compute(
    job: Job,
    { signal, report }: { signal: AbortSignal; report: (event: JobEvent) => void },
  ): Promise<PartRecord> {
    let killer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      this.#pool.run("stop", { reason: String(signal.reason) }).catch(() => {});
      killer = setTimeout(() => {
        this.isUsable = false;
        void this.#pool.dispose();
      }, stopMs);
    };
    signal.addEventListener("abort", stop, { once: true });
    try {
      return await this.#pool.run("compute", { job }, { onReport: (event) => report(event as JobEvent) });
    } catch (error) {
      if (!(error instanceof WorkerLostError)) throw error;
      const hint = "It may need more memory than there is: try a smaller batch or imgsz";
      throw new LookonceError("IO", `the process of the job was lost: ${error.cause.message}. ${hint}`, {
        cause: error,
      });
    } finally {
      clearTimeout(killer);
      signal.removeEventListener("abort", stop);
    }
  }

  async dispose(): Promise<void> {
    this.isUsable = false;
    await this.#pool.dispose();
  }
}
