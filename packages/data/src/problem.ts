/**
 * The ways in which an image or label can be unusable.
 *
 * Images: `missing-image` (a list names a file that is not there), `unreadable` (a folder, no permission), `zero-byte`,
 * `truncated`, `corrupt` (no image, damaged inside, or a format without a decoder here), `too-small`. Labels:
 * `unreadable-labels` (the file cannot be read as text), and of a row: `columns`, `not-finite`, `class` (unknown or no whole
 * number), `negative`, `out-of-bounds`, `no-area`, `duplicate`. Folders of classes: `no-class` (an image in the folder of no
 * class), `empty-class` (a folder without an image).
 */
export type ProblemKind =
  | "missing-image"
  | "unreadable"
  | "zero-byte"
  | "truncated"
  | "corrupt"
  | "too-small"
  | "unreadable-labels"
  | "columns"
  | "not-finite"
  | "class"
  | "negative"
  | "out-of-bounds"
  | "no-area"
  | "duplicate"
  | "no-class"
  | "empty-class";

/** Something in the data that was left out, and why. */
export interface DataProblem {
  /** The image or label file. */
  path: string;
  /** Line of a label file, from 1. */
  line?: number;
  kind: ProblemKind;
  reason: string;
}

/** What is wrong with a file or a row. */
export type Fault = Pick<DataProblem, "kind" | "reason">;
