import { type Tracing, untraced } from "@lookonce/telemetry";
import type { Job } from "../job.ts";
import type { JobTask } from "../worker/messages.ts";
import { JobProcess } from "./job-process.ts";
import type { JobListener, JobRunner, RunningJob } from "./job-runner.ts";

/** Carries jobs out in processes of the service, each in a span of the request that added it. */
export function processRunner(tracing: Tracing = untraced): JobRunner {
  return {
    outlivesService: false,
    start: (job, task, listener) => start(tracing, { job, task, listener }),
    close: async () => {},
  };
}

function start(
  tracing: Tracing,
  { job, task, listener }: { job: Job; task: JobTask; listener: JobListener },
): RunningJob {
  let running: JobProcess | undefined;
  const attributes = { "lookonce.job.id": job.id, "lookonce.job.kind": job.kind, "lookonce.model": job.model };
  const span = { parent: job.trace, attributes, kind: "consumer" } as const;
  void tracing.span(`job ${job.kind}`, span, ({ event, fail }) => {
    return new Promise<void>((resolve) => {
      running = new JobProcess(task, {
        ...listener,
        message(message) {
          if (message.type === "epoch") event("epoch", { epoch: message.report.epoch });
          listener.message(message);
        },
        ended(end) {
          if (end.outcome?.type !== "succeeded") fail(whyNot(end));
          resolve();
          listener.ended(end);
        },
      });
    });
  });
  listener.started();
  const stop = (grace: number): void => running?.stop(grace);
  return { stop, leave: stop };
}

function whyNot({ outcome, exit }: Parameters<JobListener["ended"]>[0]): string {
  if (outcome?.type === "failed") return outcome.error.message;
  return outcome === undefined ? `its process ended with ${exit}` : "it was stopped";
}
