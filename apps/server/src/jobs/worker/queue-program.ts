import { basename } from "node:path";
import { LookonceError } from "@lookonce/errors";
import { withLock } from "@lookonce/files";
import type { FileRef, JobProgress, Runner, RunnerContext } from "@lookonce/queue";
import type { JobContext } from "./job-context.ts";
import { type FromJob, type JobTask, jobErrorOf } from "./messages.ts";
import type { QueueTask } from "./queue-task.ts";
import { runners } from "./runners.ts";

/**
 * Carries out a job of the service for a queue's worker. It is at least the second who does, where another worker died: what that
 * one left in the run's folder decides how it goes on.
 */
const runServiceJob: Runner = async ({ task }, context) => {
  const { directory } = task as QueueTask;
  // Whoever lost the job without noticing may still write.
  return withLock(`${directory}.lock`, () => run(task as QueueTask, context), { signal: context.signal });
};

export default runServiceJob;

async function run(task: QueueTask, { signal, send, progress, log, place }: RunnerContext): Promise<{ data: object }> {
  const { kind, model, data, options, directory } = task;
  const local: JobTask = {
    ...{ kind, options, directory, model: typeof model === "string" ? model : pathOf(model) },
    ...{ lock: "", niceness: 0, place },
    ...(data === undefined ? {} : { data: pathOf(data) }),
  };
  const report = (message: FromJob): void => {
    send(message);
    const done = progressOf(message);
    if (done !== undefined) progress(done);
  };
  const outcome = await runners[kind](local, { send: report, signal } satisfies JobContext).catch((error: unknown) => {
    signal.throwIfAborted();
    return { type: "failed", error: jobErrorOf(error, log) } as const;
  });
  if (outcome.type === "succeeded") return { data: outcome };
  signal.throwIfAborted();
  if (outcome.type === "stopped") throw new Error(`${basename(directory)} was stopped by nobody`);
  send(outcome);
  // What an error says of a job will be true of its next attempt, too: nobody needs to try.
  throw new LookonceError("ARGUMENT", outcome.error.message);
}

function pathOf(file: FileRef): string {
  if ("path" in file) return file.path;
  throw new LookonceError("UNSUPPORTED", "jobs of the service need a storage that is a folder.");
}

function progressOf(message: FromJob): JobProgress | undefined {
  if (message.type === "epoch") {
    const { epoch: done, epochs: total } = message.report;
    return { done, total, unit: "epochs" };
  }
  if (message.type !== "batch" || message.report.epoch !== undefined) return undefined;
  const { batch: done, batches: total } = message.report;
  return { done, total, unit: "batches" };
}
