import type { LoadOptions } from "@lookonce/yolo";
import type { FromJob, JobTask } from "./messages.ts";

/** What running a job needs besides its task. */
export interface JobContext {
  /** Sends the service a message. */
  send: (message: FromJob) => void;
  /** Aborts when the job is to save what it has and end. */
  signal: AbortSignal;
}

/** How a job's model is loaded: on the service's device, with the lines for people sent to it. */
export function loadOptions({ place, options }: JobTask, send: JobContext["send"]): LoadOptions {
  const { seed } = options as { seed?: number };
  return {
    ...place,
    ...(seed === undefined ? {} : { seed }),
    log: (message) => send({ type: "log", line: { level: "info", message } }),
  };
}
