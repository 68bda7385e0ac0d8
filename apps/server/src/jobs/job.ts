/** What a job does. */
export type JobKind = "train" | "val" | "export";

/**
 * Where a job stands. `interrupted` ones were stopped with the server, or with their process, and go on by themselves;
 * `succeeded`, `failed` and `canceled` are final.
 */
export type JobState = "queued" | "running" | "succeeded" | "failed" | "canceled" | "interrupted";

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

/** Options of a job, checked, under the names of the command line. */
export type JobOptions = Readonly<Record<string, unknown>>;

/** What a job is made of. */
export interface JobRequest {
  kind: JobKind;
  /** As it was asked for: a name in the model roots, or a shipped model file. */
  model: string;
  data?: string;
  options: JobOptions;
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
  /** How often its process was started. */
  starts: number;
  /** How often since it last saved a checkpoint. */
  fruitless: number;
  /** Whether somebody asked to stop it. */
  canceling: boolean;
}

/** States that a job does not leave. */
export const finalStates: readonly JobState[] = ["succeeded", "failed", "canceled"];

/** Whether a job is over. */
export function isOver({ state }: Pick<Job, "state">): boolean {
  return finalStates.includes(state);
}
