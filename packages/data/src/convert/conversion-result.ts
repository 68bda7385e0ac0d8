import { LookonceError } from "@lookonce/errors";

/**
 * Why something was left out.
 *
 * `crowd`: groups of objects in one box (COCO's `iscrowd`); `difficult`: marked so (VOC); `unknown-class`, `unknown-image`:
 * the annotation points to one that does not exist; `no-box`: no four finite numbers; `no-area`: no width or height, or
 * wholly outside of the image; `keypoints`: not as many numbers as the keypoints have, or a keypoint of an unknown name; `shape`: a
 * line, a single point or another shape that labels cannot have; `other-annotator`: a further annotation of the same image;
 * `missing-image`: no such file; `no-size`: nobody knows the image's width and height; `name-taken`: another image's labels
 * would have the same name; `damaged-file`: a file that cannot be read.
 */
export type LeftOutKind =
  | "crowd"
  | "difficult"
  | "unknown-class"
  | "unknown-image"
  | "no-box"
  | "no-area"
  | "keypoints"
  | "shape"
  | "other-annotator"
  | "missing-image"
  | "no-size"
  | "name-taken"
  | "damaged-file";

/** What was converted, and what was left out. */
export interface ConversionResult {
  /** The data set file. */
  yaml: string;
  names: string[];
  images: number;
  /** Images without an object. */
  background: number;
  objects: number;
  /** Objects that were cut off at the border of their image. */
  clipped: number;
  /** How much was left out, by kind. */
  leftOut: Partial<Record<LeftOutKind, number>>;
  /** The first 20 things left out. */
  examples: { kind: LeftOutKind; reason: string }[];
}

/** Maximum number of examples; millions of annotations can be wrong in the same way. */
const maxExamples = 20;

/** Counts what was left out by kind, and keeps the first few reasons. */
export class LeftOut {
  readonly counts: Partial<Record<LeftOutKind, number>> = {};
  readonly examples: { kind: LeftOutKind; reason: string }[] = [];

  add(kind: LeftOutKind, reason: string): void {
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    if (this.examples.length < maxExamples) this.examples.push({ kind, reason });
  }

  /** The error where no image is left. */
  allLeftOut(annotations: string): LookonceError {
    const first = this.examples[0]?.reason ?? "there is none";
    return new LookonceError("DATA", `${annotations}: no image can be used; the first: ${first}.`);
  }
}
