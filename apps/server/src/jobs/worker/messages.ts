import type { DeviceName } from "@lookonce/config";
import { LookonceError } from "@lookonce/errors";
import type { ValidationResult } from "@lookonce/yolo";
import type { JobError, JobKind, JobOptions, JobProgress } from "../job.ts";

/** What a job's process is to do. */
export interface JobTask {
  kind: JobKind;
  /** A file, or the name of a shipped model file. */
  model: string;
  data?: string;
  options: JobOptions;
  /** The run's folder; what lies in it was left by this job. */
  directory: string;
  /** The lock that says who works in the folder. */
  lock: string;
  /** How far it steps back behind other processes, a value for `nice`. */
  niceness: number;
  place: { readonly device?: DeviceName | "auto"; readonly threads?: number | undefined };
}

/** To a job's process: its task, first of all, and that it is to save what it has and end. */
export type ToJob = { type: "task"; task: JobTask } | { type: "stop" };

/** A batch that was learned from, or validated; epochs and batches count from 1. */
export interface BatchReport extends Required<Pick<JobProgress, "batch" | "batches">> {
  stage: "train" | "val";
  epoch?: number;
  epochs?: number;
  /** Means of the epoch so far. */
  losses?: Readonly<Record<string, number>>;
  /** Learning rates by group of parameters. */
  lr?: readonly number[];
  images_per_second?: number;
  /** Until the epoch's last batch. */
  seconds_left?: number;
}

/** The scores of a validation, without the curves behind them. */
export type Scores = Pick<ValidationResult, "precision" | "recall" | "map50" | "map75" | "map50_95" | "fitness">;

/** An epoch that is over, counted from 1. */
export interface EpochReport {
  epoch: number;
  epochs: number;
  /** Since training began. */
  seconds: number;
  losses: Readonly<Record<string, number>>;
  val_losses?: Readonly<Record<string, number>>;
  metrics?: Scores;
  lr: readonly number[];
  /** Whether no epoch before was as fit. */
  best: boolean;
}

export interface LogLine {
  level: "info" | "warning" | "error";
  message: string;
}

/** From a job's process: how it goes, and, last of all, how it ended. */
export type FromJob =
  | { type: "batch"; report: BatchReport }
  | { type: "epoch"; report: EpochReport }
  | { type: "log"; line: LogLine }
  | { type: "saved" }
  | Outcome;

/** How a job's process ended. */
export type Outcome =
  | { type: "succeeded"; result: Readonly<Record<string, unknown>> }
  | { type: "failed"; error: JobError }
  /** It was asked to stop, and saved what it had. */
  | { type: "stopped" };

/** What is answered of an error that ended a job. A fault of the service is for its log. */
export function jobErrorOf(error: unknown, log: (text: string) => void): JobError {
  if (error instanceof LookonceError) return { code: error.code, message: error.message };
  log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return { code: "INTERNAL", message: "The job failed by a fault of the service; its log says how." };
}
