/**
 * Why something did not come over.
 *
 * `crowd`: groups of objects in one box (COCO's `iscrowd`); `difficult`: marked so (VOC); `unknown-class`, `unknown-image`:
 * the annotation points to one that does not exist; `no-box`: no four finite numbers; `no-area`: no width or height, or
 * wholly outside of the image; `missing-image`: no such file; `no-size`: nobody knows the image's width and height;
 * `name-taken`: another image's labels would have the same name; `damaged-file`: an XML file that cannot be read.
 */
export type LeftOutKind =
  | "crowd"
  | "difficult"
  | "unknown-class"
  | "unknown-image"
  | "no-box"
  | "no-area"
  | "missing-image"
  | "no-size"
  | "name-taken"
  | "damaged-file";

/** Most examples that are listed; millions of annotations can be wrong in the same way. */
const maxExamples = 20;

/** What did not come over: how much of each kind, and the first few in words. */
export class LeftOut {
  readonly counts: Partial<Record<LeftOutKind, number>> = {};
  readonly examples: { kind: LeftOutKind; reason: string }[] = [];

  add(kind: LeftOutKind, reason: string): void {
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    if (this.examples.length < maxExamples) this.examples.push({ kind, reason });
  }
}
