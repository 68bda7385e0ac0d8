// Texts of data sets, without files: what a page needs that keeps a data set by itself.
export { cocoText, type LabeledImages } from "./convert/coco-text.ts";
export { boxRow, type LabelRow } from "./convert/label-row.ts";
export type { DatasetEntry, Labels } from "./labels.ts";
export { parseLabels } from "./parse-labels.ts";
export type { DataProblem, ProblemKind } from "./problem.ts";
