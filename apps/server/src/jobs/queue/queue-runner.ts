import { isAbsolute, join, relative, resolve } from "node:path";
import { LookonceError } from "@lookonce/errors";
import { type JobQueue, jobId, openStorage, type Job as QueuedJob, readPart, type StorageRef } from "@lookonce/queue";
import type { Job } from "../job.ts";
import type { FromJob, JobTask, Outcome } from "../worker/messages.ts";
import type { QueueOutcome, QueueTask } from "../worker/queue-task.ts";
import type { JobEnd, JobListener, JobRunner, RunningJob } from "./job-runner.ts";

/** What names of the service's runs in the queue begin with. */
export const runPrefix = "service-";

interface QueueRunnerOptions {
  queue: JobQueue;
  storage: StorageRef;
  /** Called with what only those who run the service should see. */
  log: (line: object, message?: string) => void;
}

interface Start {
  job: Job;
  task: JobTask;
  listener: JobListener;
  signal: AbortSignal;
}

/**
 * Hands jobs over to the workers of a queue. They go on while no service runs; the next one listens on where this one
 * stopped.
 */
export function queueRunner(options: QueueRunnerOptions): JobRunner {
  return {
    outlivesService: true,
    start(job, task, listener): RunningJob {
      const leaving = new AbortController();
      const run = ticketOf(job);
      void carryOut(options, { job, task, listener, signal: leaving.signal }).then(
        (end) => listener.ended(end),
        (error) => {
          options.log({ job: job.id, err: error }, "a job could not be handed over");
          listener.ended({ exit: error instanceof LookonceError ? error.message : "a fault of the service" });
        },
      );
      return {
        stop: () =>
          void options.queue.cancel(run).catch((error) => {
            if (!leaving.signal.aborted) options.log({ job: job.id, err: error }, "a job could not be canceled");
          }),
        leave: () => leaving.abort(),
      };
    },
    close: () => options.queue.close(),
  };
}

async function carryOut(options: QueueRunnerOptions, { job, task, listener, signal }: Start): Promise<JobEnd> {
  const { queue, storage } = options;
  const queued = queuedJob(storage, job, task);
  const id = jobId(queued);
  const left: JobEnd = { exit: "", isLeft: true };
  let outcome: Outcome | undefined;
  const known = await queue.state(id);
  if (signal.aborted) return left;
  if (known === undefined && !job.canceling) await queue.add([queued], { priority: job.priority, attempts: 1 });
  if (known?.state === "failed" || known?.state === "canceled") await queue.retry(queued.run);
  if (job.canceling) await queue.cancel(queued.run);
  for await (const { at, event } of queue.follow(id, { after: job.heard, signal })) {
    switch (event.type) {
      case "started":
        outcome = undefined;
        listener.started(hostOf(event.worker));
        break;
      case "message": {
        const message = event.message as FromJob;
        if (message.type === "failed") outcome = message;
        else if (message.type !== "succeeded" && message.type !== "stopped") listener.message(message);
        break;
      }
      case "log":
        listener.output(event.line);
        break;
      case "returned":
        listener.returned(event.reason);
        break;
      case "ended":
        return endOf(event, outcome ?? (await succeeded(queued)));
    }
    listener.heard(at);
  }
  return left;
}

/** The name of a job in the queue, which other services may use, too. */
function ticketOf({ ticket }: Job): string {
  return runPrefix + ticket;
}

/**
 * The storage of a queue's jobs, in which runs must lie.
 *
 * @throws LookonceError `ARGUMENT` when they do not, or it is no folder
 */
export function checkedStorage(storage: StorageRef, runsRoot: string): StorageRef {
  sharedPath(storage, join(runsRoot, "run"));
  return storage;
}

function queuedJob(storage: StorageRef, job: Job, { kind, model, data, options, directory }: JobTask): QueuedJob {
  const shared = (path: string): string => sharedPath(storage, path);
  const task: QueueTask = {
    ...{ kind, options, directory: shared(directory) },
    model: isAbsolute(model) ? { path: shared(model) } : model,
    ...(data === undefined ? {} : { data: { path: shared(data) } }),
  };
  const { trace } = job;
  return { form: 1, kind: "service", run: ticketOf(job), part: 0, parts: 1, storage, task, ...(trace && { trace }) };
}

/** @throws LookonceError `ARGUMENT` for what lies where workers do not see it */
export function sharedPath({ url }: StorageRef, path: string): string {
  const below = relative(url, resolve(path));
  if (below !== "" && !below.startsWith("..") && !isAbsolute(below)) return resolve(path);
  throw new LookonceError(
    "ARGUMENT",
    `workers see what lies in the shared folder ${url} (storage=), and ${path} does not: move it there.`,
  );
}

/** What a worker left, which a service that was not there meanwhile has not heard. */
async function succeeded(job: QueuedJob): Promise<Outcome | undefined> {
  const record = await readPart(await openStorage(job.storage), job);
  return record?.data as QueueOutcome | undefined;
}

function endOf(
  { state, reason = "" }: { state: "completed" | "failed" | "canceled"; reason?: string },
  outcome: Outcome | undefined,
): JobEnd {
  if (state === "canceled") return { exit: "canceled", isCanceled: true };
  return { exit: reason, ...(outcome === undefined ? {} : { outcome }) };
}

function hostOf(worker: string): string {
  return worker.slice(0, worker.lastIndexOf(":"));
}
