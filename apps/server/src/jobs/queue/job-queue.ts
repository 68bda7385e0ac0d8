import { randomUUID } from "node:crypto";
import { HttpError } from "../../errors/http-error.ts";
import { nameBelow, withoutRoots } from "../../paths/confine.ts";
import { isOver, type Job, type JobRequest, jobPriorities } from "../job.ts";
import type { JobsOptions } from "../jobs-options.ts";
import type { Disk } from "../store/disk.ts";
import type { EventStore } from "../store/event-store.ts";
import type { JobChanges, JobStore } from "../store/job-store.ts";
import { removeLock } from "../store/process-lock.ts";
import { type FromJob, type JobTask, jobErrorOf, type Outcome } from "../worker/messages.ts";
import { ArtifactWatch } from "./artifact-watch.ts";
import type { JobEnd, JobRunner, RunningJob } from "./job-runner.ts";
import { findFiles, taskOf } from "./job-task.ts";

interface JobQueueParts {
  jobs: JobStore;
  events: EventStore;
  disk: Disk;
  options: JobsOptions;
  /** Where jobs compute. */
  runner: JobRunner;
  /** Called with what only those who run the service should see: what a job's process printed, if there is no message. */
  log: (line: object, message?: string) => void;
}

/**
 * Carries jobs out, so many at a time, in the order in which they were taken. Whatever ends a job's process (its own end, a
 * crash, the end of the service), the job's state says what becomes of it.
 */
export class JobQueue {
  readonly #jobs: JobStore;
  readonly #events: EventStore;
  readonly #disk: Disk;
  readonly #options: JobsOptions;
  readonly #runner: JobRunner;
  readonly #report: JobQueueParts["log"];
  /** What is on its way, by job. */
  readonly #performances = new Map<number, Promise<void>>();
  readonly #running = new Map<number, RunningJob>();
  #closing = false;

  constructor({ jobs, events, disk, options, runner, log }: JobQueueParts) {
    this.#jobs = jobs;
    this.#events = events;
    this.#disk = disk;
    disk.onChange = (fault) => this.#onDisk(fault);
    this.#options = options;
    this.#runner = runner;
    this.#report = log;
  }

  /** Takes up what a service that ended left: jobs that run elsewhere are listened to, all others wait for their turn again. */
  start(): void {
    for (const job of this.#runner.outlivesService ? [] : this.#jobs.inState("running")) {
      this.#afterEnd(job.id, { exit: "the service ended" });
    }
    for (const job of this.#jobs.inState("interrupted")) this.#change(job.id, { state: "queued" });
    this.#next();
  }

  /**
   * Adds a job. Its model and data set are looked for now, so that a mistake is answered and not only noted.
   *
   * @throws HttpError 503 when too many wait, and what finding the files throws
   */
  async add(request: JobRequest): Promise<Job> {
    const { maxQueued = 100 } = this.#options;
    await findFiles(this.#options, request);
    if (this.#closing) throw new HttpError(503, "CLOSING", "The service is ending.");
    if (this.#jobs.inState("queued").length >= maxQueued) {
      const message = `${maxQueued} jobs are waiting and no more are accepted: try again later, or cancel some.`;
      throw new HttpError(503, "QUEUE_FULL", message, { retryAfter: 60 });
    }
    const job = this.#jobs.add({ ...request, trace: this.#options.tracing?.current() }, Date.now());
    this.#reportState(job);
    this.#next();
    return this.#jobs.get(job.id) as Job;
  }

  /**
   * Ends a job: one that waits at once, one that runs as soon as it has saved what it has.
   *
   * @throws HttpError 409 when it is over already
   */
  cancel(job: Job): Job {
    if (isOver(job)) {
      throw new HttpError(409, "JOB_OVER", `Job ${job.id} is over already: it is ${job.state}.`);
    }
    const running = this.#running.get(job.id);
    if (running === undefined) return this.#finish(job.id, { state: "canceled", canceling: true });
    const changed = this.#jobs.change(job.id, { canceling: true });
    running.stop(this.#grace);
    return changed;
  }

  /**
   * Starts a job again that failed or was canceled: a training resumes where it had come to.
   *
   * @throws HttpError 409 when it is not over, or has succeeded
   */
  retry(job: Job): Job {
    if (job.state !== "failed" && job.state !== "canceled") {
      throw new HttpError(
        409,
        "NOT_FAILED",
        `Job ${job.id} is ${job.state}: only failed and canceled ones can be retried.`,
      );
    }
    const changed = this.#change(job.id, { state: "queued", fruitless: 0, canceling: false, error: null, ended: null });
    this.#next();
    return changed;
  }

  /** Interrupts what runs here, and waits until it has ended; the next start of the service resumes it. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const running of this.#running.values()) running.leave(this.#grace);
    await Promise.all(this.#performances.values());
    await this.#runner.close();
    this.#disk.flush();
    if (this.#disk.fault === undefined) return;
    this.#report({}, `what happened to jobs lately is lost: ${this.#disk.fault}; jobs that were running begin again`);
  }

  get #grace(): number {
    const { grace = 30 } = this.#options;
    return grace * 1000;
  }

  /** Jobs that wait do not start while the disk accepts nothing: they would fail for that. */
  #onDisk(fault: string | undefined): void {
    const message =
      fault === undefined
        ? "the disk accepts writes again"
        : `${fault}; what happens is kept in memory until it can be written`;
    this.#report({}, `jobs: ${message}`);
    for (const id of this.#running.keys()) this.#log(id, { level: "warning", message });
    this.#next();
  }

  #next(): void {
    const { outlivesService } = this.#runner;
    // Workers of a queue choose by themselves: whatever waits is handed over.
    const { concurrency = 1 } = outlivesService ? { concurrency: Number.POSITIVE_INFINITY } : this.#options;
    if (this.#disk.fault !== undefined) return;
    const waiting = this.#jobs.inState("queued").sort((a, b) => rank(a) - rank(b));
    for (const job of outlivesService ? [...this.#jobs.inState("running"), ...waiting] : waiting) {
      if (this.#closing || this.#performances.size >= concurrency) return;
      if (this.#performances.has(job.id)) continue;
      const performance = this.#perform(job)
        .then(() => {
          this.#performances.delete(job.id);
          this.#next();
        })
        // Where the database cannot even be read, jobs stand still, and the rest of the service goes on.
        .catch((error) => this.#report({ job: job.id, err: error }, "jobs stopped by a fault of the service"));
      this.#performances.set(job.id, performance);
    }
  }

  async #perform(job: Job): Promise<void> {
    let task: JobTask;
    try {
      task = await taskOf(this.#options, job);
    } catch (error) {
      const log = (line: string): void => this.#report({ job: job.id, line });
      this.#finish(job.id, { state: "failed", error: jobErrorOf(error, log) });
      return;
    }
    // Both may have come while its files were looked for.
    if (this.#closing || isOver(this.#jobs.get(job.id) as Job)) return;
    const run = nameBelow(this.#options.runsRoot, task.directory);
    const { ticket = randomUUID() } = job;
    const end = await this.#run(this.#jobs.change(job.id, { run, ticket }), task);
    this.#running.delete(job.id);
    if (end.isLeft === true) return;
    this.#afterEnd(job.id, end);
    removeLock(task.lock);
  }

  #run(job: Job, task: JobTask): Promise<JobEnd> {
    const { id } = job;
    return new Promise((resolve) => {
      const artifacts = new ArtifactWatch(task.directory, (file) => this.#events.add(id, "artifact", file));
      const running = this.#runner.start(job, task, {
        started: (where) => this.#onStart(id, where),
        returned: (reason) => this.#onReturn(id, reason),
        heard: (at) => this.#jobs.note(id, { heard: at }),
        message: (message) => {
          this.#hear(id, message);
          artifacts.glance();
        },
        output: (line) => this.#report({ job: id, line }),
        ended: (end) => void artifacts.finish().then(() => resolve(end)),
      });
      this.#running.set(id, running);
    });
  }

  #onStart(id: number, worker: string | undefined): void {
    const { starts, fruitless, started = Date.now() } = this.#jobs.get(id) as Job;
    this.#change(id, { state: "running", starts: starts + 1, fruitless: fruitless + 1, started, worker });
  }

  /** It waits again, by no fault of its own. */
  #onReturn(id: number, reason: string): void {
    const { fruitless } = this.#jobs.get(id) as Job;
    this.#interrupt(id, reason);
    this.#jobs.note(id, { fruitless: Math.max(0, fruitless - 1) });
    this.#change(id, { state: "queued" });
  }

  #hear(id: number, message: Exclude<FromJob, Outcome>): void {
    switch (message.type) {
      case "batch": {
        const { stage, epoch, epochs, batch, batches } = message.report;
        this.#events.add(id, "batch", message.report);
        // While a training validates, how far its epoch is says more.
        if (stage === "val" && epoch !== undefined) break;
        const progress = { batch, batches };
        this.#jobs.note(id, { progress: epoch === undefined ? progress : { epoch, epochs, ...progress } });
        break;
      }
      case "epoch":
        this.#events.add(id, "epoch", message.report);
        break;
      case "saved":
        this.#jobs.note(id, { fruitless: 0 });
        break;
      case "log":
        this.#log(id, message.line);
        break;
    }
  }

  /** Decides what becomes of a job whose process has ended. */
  #afterEnd(id: number, { outcome, exit, isCanceled }: JobEnd): void {
    const { canceling, fruitless } = this.#jobs.get(id) as Job;
    const { maxFruitless = 3 } = this.#options;
    if (outcome?.type === "succeeded") {
      this.#finish(id, { state: "succeeded", result: outcome.result });
    } else if (canceling || isCanceled === true) {
      this.#finish(id, { state: "canceled" });
    } else if (outcome?.type === "failed") {
      this.#finish(id, { state: "failed", error: outcome.error });
    } else if (this.#closing) {
      this.#interrupt(id, "the service was stopped");
      this.#jobs.note(id, { fruitless: Math.max(0, fruitless - 1) });
    } else if (fruitless >= maxFruitless) {
      const message = `the job was started ${fruitless} times without coming to a checkpoint; the last time, its process ended with ${exit}. Where it ends by itself, it may need more memory than there is: try a smaller batch or imgsz.`;
      this.#finish(id, { state: "failed", error: { code: "INTERRUPTED", message } });
    } else {
      this.#interrupt(id, outcome === undefined ? `its process ended with ${exit}` : "its process was asked to end");
      this.#change(id, { state: "queued" });
    }
  }

  #interrupt(id: number, reason: string): void {
    this.#log(id, { level: "warning", message: `interrupted: ${reason}` });
    this.#change(id, { state: "interrupted" });
  }

  #finish(id: number, changes: JobChanges): Job {
    const { error } = changes;
    const reported = error ? { error: { ...error, message: this.#forOutside(error.message) } } : {};
    const { created, started = created } = this.#jobs.get(id) as Job;
    // Never before its start, also when the clock was set back since
    const job = this.#change(id, { ...changes, ...reported, ended: Math.max(Date.now(), started) });
    this.#events.forgetOld();
    return job;
  }

  #change(id: number, changes: JobChanges): Job {
    const job = this.#jobs.change(id, changes);
    this.#reportState(job);
    return job;
  }

  #reportState({ id, state, starts, run, worker, progress, error, result }: Job): void {
    this.#events.add(id, "state", { state, starts, run, worker, progress, error, result });
  }

  #log(id: number, { level, message }: { level: string; message: string }): void {
    this.#events.add(id, "log", { level, message: this.#forOutside(message) });
  }

  #forOutside(text: string): string {
    const { runsRoot, dataRoots, modelRoots } = this.#options;
    return withoutRoots(text, [runsRoot, ...dataRoots, ...modelRoots]);
  }
}

function rank({ priority }: Job): number {
  return jobPriorities.indexOf(priority);
}
