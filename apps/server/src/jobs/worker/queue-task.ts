import type { FileRef } from "@lookonce/queue";
import type { JobKind, JobOptions } from "../job.ts";
import type { Outcome } from "./messages.ts";

/** What a queue's worker is to do for a job of the service. */
export interface QueueTask extends Readonly<Record<string, unknown>> {
  readonly kind: JobKind;
  /** A file, or the name of a shipped model file. */
  readonly model: FileRef | string;
  readonly data?: FileRef;
  readonly options: JobOptions;
  /** The run's folder, which service and workers share. */
  readonly directory: string;
}

/** What a worker leaves of a job that succeeded. */
export type QueueOutcome = Extract<Outcome, { type: "succeeded" }>;
