import type { JobKind } from "../job.ts";
import type { JobContext } from "./job-context.ts";
import type { JobTask, Outcome } from "./messages.ts";
import { runExport } from "./run-export.ts";
import { runTraining } from "./run-training.ts";
import { runValidation } from "./run-validation.ts";

/** Carries a job out, in the process that it has for itself. */
type JobRun = (task: JobTask, context: JobContext) => Promise<Outcome>;

/** The kinds of jobs. */
export const runners: Readonly<Record<JobKind, JobRun>> = {
  train: runTraining,
  val: runValidation,
  export: runExport,
};
