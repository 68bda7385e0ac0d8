import { didYouMean, LookonceError } from "@lookonce/errors";
import type { Criterion } from "@lookonce/loss";
import type { DetectionModel } from "@lookonce/nn";
import { detect } from "./detect.ts";
import type { CriterionOptions } from "./model-family.ts";
import type { Task } from "./task.ts";

const tasks = new Map<string, Task>([[detect.name, detect as Task]]);

/**
 * Returns the record of a task.
 *
 * @param name as `model.task` names it
 * @throws LookonceError `ARGUMENT` for a task that is not registered
 */
export function taskOf(name: string): Task {
  const task = tasks.get(name);
  if (task !== undefined) return task;
  const known = [...tasks.keys()];
  throw new LookonceError(
    "ARGUMENT",
    `There is no task "${name}"; there are ${known.join(", ")}.${didYouMean(name, known)}`,
  );
}

/** Adds a task to the table, or replaces the one of this name. `registerModule` of `@lookonce/nn` adds its head. */
export function registerTask(task: Task): void {
  tasks.set(task.name, task);
}

/** Creates the loss of a model's task and family. */
export function createCriterion(model: DetectionModel, options: CriterionOptions): Promise<Criterion> {
  return taskOf(model.task).createCriterion(model, options);
}
