export { type ClassScores, type DetectionScores, detect, letterboxingOf } from "./detect.ts";
export { familyOf, registerFamily } from "./family-table.ts";
export type { CriterionOptions, ModelFamily } from "./model-family.ts";
export type { PostprocessOptions, ScorePlot, Scores, Task, TaskMetrics } from "./task.ts";
export { createCriterion, registerTask, taskOf } from "./task-table.ts";
