import type { FromJob } from "./messages.ts";

/** What carrying a job out needs besides the job. */
export interface Performance {
  /** Tells the service how it goes. */
  tell: (message: FromJob) => void;
  /** Says to save what there is and end. */
  signal: AbortSignal;
}
