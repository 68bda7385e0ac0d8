import { cpus, freemem, hostname, loadavg, totalmem } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { LookonceError } from "@lookonce/errors";
import type { Job as BullJob } from "bullmq";
import type { Redis } from "ioredis";
import { checkJob, jobId } from "./check-job.ts";
import { type Connection, type ConnectOptions, connect, prefix, queueName } from "./connect.ts";
import type { Job, JobEvent, PartRecord, StopReason, WorkerView } from "./jobs.ts";
import { canceledKey, canceledReason, eventsKey, keepSeconds, workersKey } from "./keys.ts";

/** What {@link QueueWorkerOptions.compute} may do besides computing. */
export interface ComputeHooks {
  /** Aborts with a `StopReason`. */
  signal: AbortSignal;
  /** Passes on what happens. */
  report(event: JobEvent): void;
}

/** Options of {@link QueueWorker}. */
export interface QueueWorkerOptions extends ConnectOptions {
  /** Computes a job, elsewhere than in this thread, which has to renew locks: in a child process. */
  compute(job: Job, hooks: ComputeHooks): Promise<PartRecord>;
  /** Jobs at a time. Default 1. */
  concurrency?: number | undefined;
  /** Where it computes, for the view. */
  device?: string | undefined;
  /** Called for each job that ended here. */
  onEnd?:
    | ((job: Job, end: { state: "completed" | "failed" | "returned"; seconds: number; reason?: string }) => void)
    | undefined;
  /** Milliseconds after which a job counts as nobody's when its worker does not renew its lock. Default 30,000. */
  lockMs?: number | undefined;
}

/** Times that a job may be left by workers that died before it counts as the cause of that. */
const maxStalls = 20;
/** Milliseconds between signs of life, and between looks for canceled runs. */
const heartbeatMs = 3000;
const cancelPollMs = 500;
/** Events of a job that are kept, about. */
const keptEvents = 10_000;
/** Milliseconds between two reports of a job's progress to the queue. */
const progressMs = 250;
/** Milliseconds that a job has to hand itself back once it is asked to. */
const handBackMs = 30_000;

/** Faults that no other attempt mends. */
const lasting: ReadonlySet<string> = new Set(["ARGUMENT", "UNSAFE", "UNSUPPORTED"]);

interface Running {
  job: Job;
  control: AbortController;
}

/** Accepts jobs of a queue and has them computed, until it is stopped. */
export class QueueWorker {
  /** `host:pid`, by which views name it. */
  readonly id: string = `${hostname()}:${process.pid}`;
  readonly #options: QueueWorkerOptions;
  readonly #connection: Connection;
  /** BullMQ's own: it is closed with its worker. */
  readonly #redis: Redis;
  readonly #worker: InstanceType<Connection["bull"]["Worker"]>;
  readonly #running = new Map<string, Running>();
  readonly #since = Date.now();
  readonly #timers: NodeJS.Timeout[];
  readonly #counts = { completed: 0, failed: 0 };
  #stopped: Promise<void> | undefined;
  readonly #progressAt = new Map<string, number>();

  private constructor(connection: Connection, options: QueueWorkerOptions) {
    const { version, concurrency = 1, lockMs = 30_000, log = () => {} } = options;
    this.#options = options;
    this.#connection = connection;
    this.#redis = connection.redis.duplicate();
    this.#redis.on("error", () => {});
    this.#worker = new connection.bull.Worker(queueName(version), (job, token) => this.#process(job, token ?? ""), {
      ...{ connection: this.#redis, prefix, concurrency, name: this.id },
      ...{ lockDuration: lockMs, stalledInterval: lockMs, maxStalledCount: maxStalls, drainDelay: 1 },
    });
    let last = "";
    this.#worker.on("error", ({ message }) => {
      // The connection's own are reported by it
      if (message !== last && !/ECONN|closed|EPIPE/i.test(message)) log(`the queue reports: ${message}`);
      last = message;
    });
    this.#timers = [
      setInterval(() => void this.#showLife(), heartbeatMs),
      setInterval(() => void this.#stopCanceled(), cancelPollMs),
    ];
    void this.#showLife();
  }

  /** Connects, and accepts jobs from then on. @throws LookonceError as `connect` */
  static async start(options: QueueWorkerOptions): Promise<QueueWorker> {
    return new QueueWorker(await connect(options), options);
  }

  /** How many jobs it has. */
  get active(): number {
    return this.#running.size;
  }

  /** Whether the queue answers. */
  get isConnected(): boolean {
    return this.#connection.redis.status === "ready";
  }

  /** Jobs that ended here. */
  get counts(): { readonly completed: number; readonly failed: number } {
    return { ...this.#counts };
  }

  /** What views show of it. */
  view(): WorkerView {
    const { version, concurrency = 1, device = "cpu" } = this.#options;
    return {
      ...{ id: this.id, host: hostname(), pid: process.pid, version, since: this.#since, seen: Date.now() },
      ...{ concurrency, device, active: [...this.#running.keys()], ...this.#counts },
      ...{ cpus: cpus().length, load: loadavg()[0] ?? 0, freeMemory: freemem(), memory: totalmem() },
    };
  }

  /** Accepts no more jobs, lets those that it has end for so many milliseconds, and hands the others back. */
  async stop(graceMs: number): Promise<void> {
    this.#stopped ??= this.#stop(graceMs);
    await this.#stopped;
  }

  async #stop(graceMs: number): Promise<void> {
    await this.#worker.pause(true);
    await this.#idle(graceMs);
    for (const { control } of this.#running.values()) control.abort("ending" satisfies StopReason);
    await this.#idle(handBackMs);
    for (const timer of this.#timers) clearInterval(timer);
    // What has not come back by now is nobody's once its lock has run out
    await this.#worker.close(this.#running.size > 0);
    this.#redis.disconnect();
    await this.#connection.redis.hdel(workersKey, this.id);
    await this.#connection.close();
  }

  async #idle(milliseconds: number): Promise<void> {
    const until = performance.now() + milliseconds;
    while (this.#running.size > 0 && performance.now() < until) await sleep(50);
  }

  async #process(bull: BullJob, token: string): Promise<{ seconds: number }> {
    const { UnrecoverableError, WaitingError } = this.#connection.bull;
    const start = performance.now();
    const job = checkedJob(bull, UnrecoverableError);
    const id = jobId(job);
    const control = new AbortController();
    const isCanceled = await this.#connection.redis.exists(canceledKey(job.run));
    if (isCanceled === 1) throw new UnrecoverableError(canceledReason);
    this.#running.set(id, { job, control });
    const report = this.#reporter(bull, job);
    report({ type: "started", worker: this.id, attempt: bull.attemptsStarted });
    const seconds = (): number => (performance.now() - start) / 1000;
    try {
      await this.#options.compute(job, { signal: control.signal, report });
      this.#counts.completed++;
      this.#options.onEnd?.(job, { state: "completed", seconds: seconds() });
      return { seconds: seconds() };
    } catch (error) {
      const reason = `${this.id}: ${error instanceof Error ? error.message : String(error)}`;
      if (control.signal.reason === ("canceled" satisfies StopReason)) throw new UnrecoverableError(canceledReason);
      if (control.signal.reason === ("ending" satisfies StopReason)) {
        report({ type: "returned", reason: `${this.id} ends` });
        this.#options.onEnd?.(job, { state: "returned", seconds: seconds() });
        await bull.moveToWait(token);
        throw new WaitingError();
      }
      this.#counts.failed++;
      report({ type: "returned", reason });
      this.#options.onEnd?.(job, { state: "failed", seconds: seconds(), reason });
      if (error instanceof LookonceError && lasting.has(error.code)) throw new UnrecoverableError(reason);
      throw new Error(reason, { cause: error });
    } finally {
      this.#running.delete(id);
      this.#progressAt.delete(id);
    }
  }

  /** Events go into the job's stream one after the other: one connection keeps their order. */
  #reporter(bull: BullJob, job: Job): (event: JobEvent) => void {
    const { redis } = this.#connection;
    const id = jobId(job);
    const key = eventsKey(id);
    return (event) => {
      if (event.type === "progress") {
        const now = performance.now();
        const { done, total } = event.progress;
        if (done < total && now - (this.#progressAt.get(id) ?? Number.NEGATIVE_INFINITY) < progressMs) return;
        this.#progressAt.set(id, now);
        bull.updateProgress(event.progress).catch(() => {});
      }
      redis.xadd(key, "MAXLEN", "~", keptEvents, "*", "event", JSON.stringify(event)).catch(() => {});
      if (event.type === "started") redis.expire(key, keepSeconds).catch(() => {});
    };
  }

  async #showLife(): Promise<void> {
    await this.#connection.redis.hset(workersKey, this.id, JSON.stringify(this.view())).catch(() => {});
  }

  async #stopCanceled(): Promise<void> {
    const running = [...this.#running.values()];
    if (running.length === 0) return;
    const found = await this.#connection.redis
      .mget(running.map(({ job }) => canceledKey(job.run)))
      .catch(() => [] as null[]);
    for (const [i, { control }] of running.entries()) {
      if (found[i] === "1") control.abort("canceled" satisfies StopReason);
    }
  }
}

/** @throws UnrecoverableError for what is no job of this version */
function checkedJob(bull: BullJob, Unrecoverable: new (message: string) => Error): Job {
  try {
    return checkJob(bull.data);
  } catch (error) {
    throw new Unrecoverable((error as Error).message);
  }
}
