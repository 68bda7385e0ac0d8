import type { TraceContext } from "@lookonce/telemetry";

export const jobKinds = ["train", "val", "export"] as const;
export type JobKind = (typeof jobKinds)[number];

/**
 * Where a job stands. `interrupted` ones were stopped with the server, or with their process, and go on by themselves;
 * `succeeded`, `failed` and `canceled` are final.
 */
export const jobStates = ["queued", "running", "succeeded", "failed", "canceled", "interrupted"] as const;
export type JobState = (typeof jobStates)[number];

/** What went wrong, as in every answer of the service. */
export interface JobError {
  code: string;
  message: string;
}

/** How far a job is. Epochs and batches count from 1. */
export interface JobProgress {
  epoch?: number;
  epochs?: number;
  /** Of the epoch, or of a validation. */
  batch?: number;
  batches?: number;
}

/** How soon a job is started: before or after the others that wait. */
export const jobPriorities = ["high", "normal", "low"] as const;
export type JobPriority = (typeof jobPriorities)[number];

/** Options of a job, checked, under the names of the command line. */
export type JobOptions = Readonly<Record<string, unknown>>;

export interface JobRequest {
  kind: JobKind;
  /** As it was asked for: a name in the model roots, or a shipped model file. */
  model: string;
  data?: string;
  options: JobOptions;
  priority: JobPriority;
  /** The request that added it, in traces. */
  trace?: TraceContext;
}

/** A job as it is kept. Times are milliseconds since 1970. */
export interface Job extends JobRequest {
  /** Counts from 1, in the order in which jobs were taken. */
  id: number;
  state: JobState;
  created: number;
  started?: number;
  ended?: number;
  /** Its folder among the runs, once it began. */
  run?: string;
  progress?: JobProgress;
  result?: Readonly<Record<string, unknown>>;
  error?: JobError;
  starts: number;
  /** How often since it last saved a checkpoint. */
  fruitless: number;
  canceling: boolean;
  /** The machine that computes it, unless that is the service's own. */
  worker?: string;
  /** Its name in the queue, once it was handed over; others may share the queue. */
  ticket?: string;
  /** The last message of a queue's worker that was read. */
  heard?: string;
  /** Says that, and why, it is not stored as it is. */
  warning?: string;
}

/** Whether a job has a state that it does not leave. */
export function isOver({ state }: { state: JobState }): boolean {
  return state === "succeeded" || state === "failed" || state === "canceled";
}
