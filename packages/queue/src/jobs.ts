import type { DeviceName } from "@lookonce/config";
import type { Storage, StorageRef } from "./storage/storage.ts";

/** What jobs are of: a shard of a prediction or a validation, one training of an evolution, or a whole job of the service. */
export const jobKinds = ["predict", "val", "trial", "service"] as const;

/** One of {@link jobKinds}. */
export type JobKind = (typeof jobKinds)[number];

/** How soon a job is started: before or after the others that wait. */
export const priorities = ["high", "normal", "low"] as const;

/** One of {@link priorities}. */
export type Priority = (typeof priorities)[number];

/** A file or a folder that a worker needs: at a path that it sees, too, or copied into the storage under its digest. */
export type FileRef =
  | { readonly path: string }
  /** The key of a list of files in the storage, see `uploadFiles`; `entry` is the one that is meant, below their folder. */
  | { readonly bundle: string; readonly entry: string };

/** A job as it is queued: JSON, which both sides check with `checkJob`. */
export interface Job {
  /** Version of this form; a worker refuses others. */
  readonly form: 1;
  readonly kind: JobKind;
  /** The run that it is part of: all shards of a prediction, all trainings of an evolution, one job of the service. */
  readonly run: string;
  /** Its number in the run, from 0, and how many there are; an evolution's are as many as generations. */
  readonly part: number;
  readonly parts: number;
  readonly storage: StorageRef;
  /** What is computed; the kind says which form it has. */
  readonly task: Readonly<Record<string, unknown>>;
  /** The trace that it belongs to, as W3C's headers have it; what computes it continues it. */
  readonly trace?: Readonly<Record<string, string>>;
}

/** How far a job is: plain JSON, of which the view shows `done`, `total` and `unit`; kinds may add their own. */
export interface JobProgress {
  readonly done: number;
  readonly total: number;
  readonly unit: "images" | "batches" | "epochs";
  readonly [more: string]: unknown;
}

/** Why a runner's signal aborts: somebody canceled its job, or its worker is to end and hands the job back. */
export type StopReason = "canceled" | "ending";

/** What happens to a job, in the order in which it happens. */
export type JobEvent =
  | { readonly type: "started"; readonly worker: string; readonly attempt: number }
  | { readonly type: "progress"; readonly progress: JobProgress }
  | { readonly type: "log"; readonly line: string }
  /** Of its runner's own kind: nothing of these is lost or changes places, also where an attempt follows another. */
  | { readonly type: "message"; readonly message: unknown }
  /** An attempt is over and another one follows. */
  | { readonly type: "returned"; readonly reason: string }
  /** Always the last. */
  | { readonly type: "ended"; readonly state: "completed" | "failed" | "canceled"; readonly reason?: string };

/** What a runner knows besides its job. */
export interface RunnerContext {
  readonly storage: Storage;
  /** A folder of this attempt's own, removed after it. */
  readonly folder: string;
  /** Where what was fetched from the storage is kept between jobs. */
  readonly cache: string;
  /** Where the worker computes. */
  readonly place: { readonly device?: DeviceName | "auto"; readonly threads?: number | undefined };
  /**
   * Aborts with a {@link StopReason}: save what can be saved and throw. A job whose worker ends goes back to the queue then, and
   * that counts as no attempt.
   */
  readonly signal: AbortSignal;
  /** Reports progress, at any rate: what comes too fast is passed on now and then. */
  progress(progress: JobProgress): void;
  /** Reports a line for people. */
  log(line: string): void;
  /** Passes a message of the runner's own kind, JSON, to whoever follows the job. */
  send(message: object): void;
}

/** What a job returns: small JSON, and files written below the folder of its attempt, by `/`-separated names. */
export interface JobOutput {
  readonly data: unknown;
  readonly files?: readonly string[];
}

/** Computes one kind of job, in a child process of a worker. */
export type Runner = (job: Job, context: RunnerContext) => Promise<JobOutput>;

/** The record that makes a job's output visible, written last and as a whole: `runs/RUN/parts/PART.json`. */
export interface PartRecord {
  readonly form: 1;
  readonly data: unknown;
  /** Where the files are in the storage: an attempt's own prefix. */
  readonly prefix: string;
  readonly files: readonly string[];
  /** Who computed it: host and process of the worker. */
  readonly worker: string;
  readonly seconds: number;
}

/** Where a job stands. `failed` ones are the dead letters: they stay, with their reason, until somebody tries again. */
export const jobStates = ["waiting", "active", "completed", "failed", "canceled"] as const;

/** One of `jobStates`. */
export type JobState = (typeof jobStates)[number];

/** A job as the view shows it. Times are milliseconds since 1970. */
export interface JobView {
  /** `RUN.PART`. */
  readonly id: string;
  readonly kind: JobKind;
  readonly run: string;
  readonly part: number;
  readonly parts: number;
  readonly state: JobState;
  readonly priority: Priority;
  readonly created: number;
  readonly started?: number;
  readonly ended?: number;
  readonly attempts: number;
  readonly progress?: JobProgress;
  /** Why the last attempt failed. */
  readonly reason?: string;
  /** The worker that has it or had it last, see {@link WorkerView}. */
  readonly worker?: string;
}

/** A run as the view shows it: its jobs by state. */
export interface RunView {
  readonly run: string;
  readonly kind: JobKind;
  readonly parts: number;
  readonly states: Readonly<Record<JobState, number>>;
}

/** A worker that showed signs of life within the last seconds. */
export interface WorkerView {
  /** `HOST:PID`. */
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** Version of lookonce. */
  readonly version: string;
  /** Since when it works, and when it was heard of last. */
  readonly since: number;
  readonly seen: number;
  readonly concurrency: number;
  readonly device: string;
  /** The jobs that it has. */
  readonly active: readonly string[];
  readonly completed: number;
  readonly failed: number;
  readonly cpus: number;
  /** Load of the last minute, and bytes of memory: free, in all. */
  readonly load: number;
  readonly freeMemory: number;
  readonly memory: number;
}

/** A queue as the page and `lookonce jobs` show it. */
export interface QueueView {
  /** Its address, without the password. */
  readonly queue: string;
  readonly version: string;
  /** Jobs by state, of all runs. */
  readonly states: Readonly<Record<JobState, number>>;
  readonly runs: readonly RunView[];
  /** Active and failed jobs, and those that come next; at most 100 of each. */
  readonly jobs: readonly JobView[];
  readonly workers: readonly WorkerView[];
}
