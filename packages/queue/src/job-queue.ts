import { setTimeout as sleep } from "node:timers/promises";
import { LookonceError } from "@lookonce/errors";
import type { Job as BullJob, JobType } from "bullmq";
import { checkJob, jobId, parseJobId } from "./check-job.ts";
import { type Connection, type ConnectOptions, connect } from "./connect.ts";
import {
  type Job,
  type JobEvent,
  type JobView,
  type Priority,
  priorities,
  type QueueView,
  type WorkerView,
} from "./jobs.ts";
import { canceledKey, canceledReason, eventsKey, keepSeconds, workersKey } from "./keys.ts";
import { type CountedJobs, countRuns, noStates, stateOf } from "./view-parts.ts";

/** Options of {@link JobQueue.add}. */
export interface AddOptions {
  /** Default `normal`. */
  priority?: Priority | undefined;
  /** Attempts until a job counts as failed; one whose worker dies is attempted again in any case. Default 3. */
  attempts?: number | undefined;
  /** Milliseconds before the second attempt; each further one waits twice as long. Default 1000. */
  backoffMs?: number | undefined;
}

/** An event of a job, and where it is among them: to go on after it. */
export interface FollowedEvent {
  at: string;
  event: JobEvent;
}

/** Of {@link JobQueue.view}: jobs of each state that are shown, and ids by which those of runs are counted. */
const shownJobs = 100;
const countedJobs = 20_000;

/** Jobs that are added at a time. */
const addedAtOnce = 1000;

/** Milliseconds after which a worker that was not heard of is none any more. */
const goneAfterMs = 15_000;

/** BullMQ's numbers: lower ones come first. */
const priorityNumbers: Readonly<Record<Priority, number>> = { high: 1, normal: 10, low: 20 };

/** Opens a queue. @throws LookonceError as `connect` */
export async function openQueue(options: ConnectOptions): Promise<JobQueue> {
  return new JobQueue(await connect(options));
}

/** A queue, for those who add jobs and wait for them, and for those who view it. */
export class JobQueue {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The address without the password. */
  get shown(): string {
    return this.#connection.shown;
  }

  /** Adds jobs. One whose id is known, waiting or done, stays as it is. @throws LookonceError `FORMAT` for what is no job */
  async add(jobs: readonly Job[], options: AddOptions = {}): Promise<void> {
    const { priority = "normal", attempts = 3, backoffMs = 1000 } = options;
    for (const run of new Set(jobs.map((job) => checkJob(job).run))) {
      await this.#connection.redis.del(canceledKey(run));
    }
    for (let from = 0; from < jobs.length; from += addedAtOnce) {
      await this.#connection.queue.addBulk(
        jobs.slice(from, from + addedAtOnce).map((job) => ({
          name: job.kind,
          data: job,
          opts: {
            ...{ jobId: jobId(job), priority: priorityNumbers[priority], attempts },
            backoff: { type: "exponential", delay: backoffMs },
            removeOnComplete: { age: keepSeconds },
          },
        })),
      );
    }
  }

  /** Where a job stands, or `undefined` where the queue has none of this id. */
  async state(id: string): Promise<JobView | undefined> {
    const job: BullJob | undefined = await this.#connection.queue.getJob(id);
    if (job === undefined) return undefined;
    return this.#viewOf(job, await this.#connection.queue.getJobState(id));
  }

  /**
   * The events of a job from its beginning, or after one of them, as they come; the last one is that it ended.
   *
   * @param settings `after`: where an earlier call came to; `signal`: ends it without the last one
   */
  async *follow(
    id: string,
    { after = "0", signal }: { after?: string | undefined; signal?: AbortSignal | undefined } = {},
  ): AsyncGenerator<FollowedEvent, void, undefined> {
    const reader = this.#connection.redis.duplicate();
    reader.on("error", () => {});
    const stop = (): void => reader.disconnect();
    signal?.addEventListener("abort", stop, { once: true });
    try {
      for (let at = after; signal?.aborted !== true; ) {
        const ended = await this.#ending(id);
        // What came before its end is read after that is known, so that nothing is missed
        const found = await reader
          .xread("COUNT", 500, "BLOCK", ended === undefined ? 1000 : 1, "STREAMS", eventsKey(id), at)
          .catch((error: unknown) => {
            if (signal?.aborted) return null;
            throw error;
          });
        for (const [entry, fields] of found?.[0]?.[1] ?? []) {
          at = entry;
          yield { at, event: JSON.parse(fields[1] ?? "{}") as JobEvent };
        }
        if (ended === undefined || found !== null) continue;
        yield { at, event: ended };
        return;
      }
    } finally {
      signal?.removeEventListener("abort", stop);
      reader.disconnect();
    }
  }

  /**
   * Cancels a run: jobs that wait are removed, workers stop those that they have. Resolves when that is asked for.
   *
   * @returns how many jobs that is
   */
  async cancel(run: string): Promise<number> {
    const { redis, queue } = this.#connection;
    await redis.set(canceledKey(run), "1", "EX", keepSeconds);
    const waiting = await this.#idsOf(run, ["waiting", "prioritized", "delayed"]);
    let removed = 0;
    for (const id of waiting) {
      // One that was started a moment ago cannot be removed; its worker stops it
      removed += await queue.remove(id);
    }
    const active = await this.#idsOf(run, ["active"]);
    return removed + active.length;
  }

  /** Lets the failed jobs of a run be attempted again, or of all runs. @returns how many they are */
  async retry(run?: string): Promise<number> {
    const { redis, queue } = this.#connection;
    if (run !== undefined) await redis.del(canceledKey(run));
    const ids = await this.#idsOf(run, ["failed"]);
    for (const id of ids) {
      const job: BullJob | undefined = await queue.getJob(id);
      await job?.retry("failed", { resetAttemptsMade: true, resetAttemptsStarted: true });
    }
    return ids.length;
  }

  /** Removes what the queue knows of a run. Its jobs are to be over. */
  async forget(run: string): Promise<void> {
    const { redis, queue } = this.#connection;
    for (const id of await this.#idsOf(run, ["completed", "failed"])) {
      await queue.remove(id);
      await redis.del(eventsKey(id));
    }
  }

  /** The queue, its runs, jobs, workers. */
  async view(): Promise<QueueView> {
    const { queue, shown, version } = this.#connection;
    const ids = async (types: JobType[]): Promise<string[]> => queue.getRanges(types, 0, countedJobs - 1);
    const counted: CountedJobs = {
      waiting: await ids(["waiting", "prioritized", "delayed"]),
      active: await ids(["active"]),
      completed: await ids(["completed"]),
      failed: await ids(["failed"]),
    };
    const jobs: JobView[] = [];
    for (const type of ["active", "failed", "prioritized"] as const) {
      const found: BullJob[] = await queue.getJobs([type], 0, shownJobs - 1, type !== "failed");
      for (const job of found) if (job !== undefined) jobs.push(this.#viewOf(job, type));
    }
    const counts = await queue.getJobCounts();
    const states = noStates();
    for (const [type, count] of Object.entries(counts)) states[stateOf(type, undefined)] += count;
    return { queue: shown, version, states, runs: countRuns(counted, jobs), jobs, workers: await this.workers() };
  }

  /** The workers of all versions that showed signs of life lately. */
  async workers(): Promise<WorkerView[]> {
    const { redis } = this.#connection;
    const workers = Object.entries(await redis.hgetall(workersKey)).map(([id, text]) => {
      return [id, JSON.parse(text) as WorkerView] as const;
    });
    const now = Date.now();
    const gone = workers.filter(([, { seen }]) => now - seen > goneAfterMs).map(([id]) => id);
    if (gone.length > 0) await redis.hdel(workersKey, ...gone);
    return workers.flatMap(([id, worker]) => (gone.includes(id) ? [] : [worker]));
  }

  /** What is to be known before jobs are waited for: that nobody works, or only other versions do. */
  async describeMissingWorkers(): Promise<string | undefined> {
    const workers = await this.workers();
    const { version, shown } = this.#connection;
    if (workers.some((worker) => worker.version === version)) return undefined;
    const others = workers.map((worker) => `${worker.id} (${worker.version})`);
    if (others.length === 0) return `no worker is there yet: start one with lookonce worker queue=${shown}`;
    return `no worker has this version, ${version}: there are ${others.join(", ")}. Install the same version on all machines.`;
  }

  /** Waits until a job ended. @throws LookonceError `ARGUMENT` where the queue has no such job; the signal's reason */
  async ended(
    id: string,
    { signal, pollMs = 100 }: { signal?: AbortSignal | undefined; pollMs?: number } = {},
  ): Promise<JobEvent & { type: "ended" }> {
    for (let wait = pollMs; ; wait = Math.min(2 * wait, 1000)) {
      signal?.throwIfAborted();
      const ended = await this.#ending(id);
      if (ended !== undefined) return ended;
      await sleep(wait, undefined, signal === undefined ? {} : { signal });
    }
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  async #ending(id: string): Promise<(JobEvent & { type: "ended" }) | undefined> {
    const view = await this.state(id);
    if (view === undefined) {
      if ((await this.#connection.redis.exists(canceledKey(parseJobId(id).run))) === 1) {
        return { type: "ended", state: "canceled", reason: canceledReason };
      }
      throw new LookonceError("ARGUMENT", `the queue at ${this.shown} has no job ${id}.`);
    }
    const { state, reason } = view;
    if (state === "waiting" || state === "active") return undefined;
    return { type: "ended", state, ...(reason === undefined ? {} : { reason }) };
  }

  async #idsOf(run: string | undefined, types: JobType[]): Promise<string[]> {
    const ids = await this.#connection.queue.getRanges(types, 0, -1);
    return run === undefined ? ids : ids.filter((id) => parseJobId(id).run === run);
  }

  #viewOf(job: BullJob, type: string): JobView {
    const { kind, run, part, parts } = job.data as Job;
    const { progress, failedReason: reason, processedOn: started, finishedOn: ended, processedBy: worker } = job;
    const { priority: number } = job.opts;
    return {
      ...{ id: jobId({ run, part }), kind, run, part, parts, state: stateOf(type, reason), created: job.timestamp },
      ...{ attempts: job.attemptsStarted },
      priority: priorities.find((name) => priorityNumbers[name] === number) ?? "normal",
      ...(started === undefined ? {} : { started }),
      ...(ended === undefined ? {} : { ended }),
      ...(reason === undefined || reason === "" ? {} : { reason }),
      ...(worker === undefined ? {} : { worker }),
      ...(typeof progress === "object" ? { progress: progress as unknown as NonNullable<JobView["progress"]> } : {}),
    };
  }
}
