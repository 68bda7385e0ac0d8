import { setPriority } from "node:os";
import { type FromJob, type JobTask, jobErrorOf, type Outcome, type ToJob } from "./messages.ts";
import { runners } from "./runners.ts";
import { waitForLock } from "./wait-for-lock.ts";

// The program of a job's process. It exchanges messages with its service over the channel that `fork` opens, and ends with it: when
// the service is gone, nobody may continue to write into the run's folder beside the one who comes after.

/** Aborts when the job is to save what it has and end. */
const stop = new AbortController();

process.once("disconnect", () => process.exit(1));
// Ctrl-C and service managers signal all processes of a group: the service is the one to say what that means for jobs.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {});
process.on("warning", ({ message }) => send({ type: "log", line: { level: "warning", message } }));
process.on("message", (message: ToJob) => {
  if (message.type === "stop") stop.abort();
  else void perform(message.task);
});

async function perform(task: JobTask): Promise<void> {
  try {
    // Threads inherit the priority of the one that starts them: lowered before there are any, so that images of the
    // service's clients go first.
    setPriority(task.niceness);
  } catch {
    // Not allowed here: it competes with the rest.
  }
  const outcome = await outcomeOf(task);
  process.send?.(outcome satisfies FromJob, () => process.exit(0));
}

async function outcomeOf(task: JobTask): Promise<Outcome> {
  const lock = await waitForLock(task.lock, { signal: stop.signal });
  if (lock === undefined) return { type: "stopped" };
  try {
    return await runners[task.kind](task, { send, signal: stop.signal });
  } catch (error) {
    if (stop.signal.aborted) return { type: "stopped" };
    // The service passes what is printed here on to its log.
    return { type: "failed", error: jobErrorOf(error, console.error) };
  } finally {
    lock.release();
  }
}

function send(message: FromJob): void {
  if (process.connected) process.send?.(message);
}
