import type { Criterion } from "@lookonce/loss";
import type { DetectionModel } from "@lookonce/nn";
import { classify } from "./classify.ts";
import { detect } from "./detect.ts";
import type { CriterionOptions } from "./model-family.ts";
import { obb } from "./obb.ts";
import { pose } from "./pose.ts";
import { recordTable } from "./record-table.ts";
import { segment } from "./segment.ts";
import type { ImageInput, Task } from "./task.ts";

const tasks = recordTable<Task>("task", [detect, segment, pose, obb, classify] as Task[]);

/** Returns the record of a task, by `model.task`. @throws LookonceError `ARGUMENT` for one that is not registered */
export const taskOf: (name: string) => Task = tasks.get;

/** Adds a task to the table, or replaces the one of this name. `registerModule` of `@lookonce/nn` adds its head. */
export const registerTask: (task: Task) => void = tasks.add;

/** Creates the loss of a model's task and family. */
export function createCriterion(model: DetectionModel, options: CriterionOptions): Promise<Criterion> {
  return taskOf(model.task).createCriterion(model, options);
}

/** How images become a network's input, by its task and family. */
export function inputOf(task: Pick<Task, "input">, family: string): ImageInput {
  return task.input?.(family) ?? { fit: "letterbox" };
}
