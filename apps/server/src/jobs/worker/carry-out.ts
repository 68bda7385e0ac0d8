import type { JobTask, Outcome } from "./messages.ts";
import type { Performance } from "./performance.ts";
import { runExport } from "./run-export.ts";
import { runTraining } from "./run-training.ts";
import { runValidation } from "./run-validation.ts";

/** Does what a job is to do. */
export async function carryOut(task: JobTask, performance: Performance): Promise<Outcome> {
  switch (task.kind) {
    case "train":
      return runTraining(task, performance);
    case "val":
      return runValidation(task, performance);
    case "export":
      return runExport(task, performance);
  }
}
