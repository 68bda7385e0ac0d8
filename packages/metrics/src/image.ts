import { LookonceError } from "@lookonce/errors";
import { type Detections, iouMatrix } from "@lookonce/geometry";

/** Ground truth of an image. */
export interface LabeledObjects {
  /** Rows of xyxy in the same pixels as the detections'. */
  boxes: ArrayLike<number>;
  /** Class numbers. */
  classes: ArrayLike<number>;
}

/** One image's detections and labels. */
export interface EvaluatedImage {
  detections: Detections;
  labels: LabeledObjects;
  /**
   * [detections, labels]: how well each detection fits each label, from 0 to 1, such as the IoU of their masks. Default: the IoU
   * of the boxes.
   */
  overlaps?: Float32Array;
}

/** The overlaps of an image's detections with its labels, [detections, labels]. */
export function overlapsOf({ detections, labels, overlaps }: EvaluatedImage): Float32Array {
  return overlaps ?? iouMatrix(detections.boxes, labels.boxes);
}

/**
 * Checks that the arrays of an image have matching lengths and that its classes exist.
 *
 * @throws LookonceError `ARGUMENT` for lengths that differ, `DATA` for a class that is not below `nc`
 */
export function checkImage({ detections, labels, overlaps }: EvaluatedImage, nc: number): void {
  const count = detections.classes.length;
  if (overlaps !== undefined && overlaps.length !== count * labels.classes.length) {
    throw new LookonceError(
      "ARGUMENT",
      `overlaps has ${overlaps.length} numbers; ${count} detections and ${labels.classes.length} labels need one for each pair.`,
    );
  }
  for (const [name, { boxes, classes }] of Object.entries({ detections, labels })) {
    if (boxes.length === classes.length * 4) continue;
    throw new LookonceError(
      "ARGUMENT",
      `${name} has ${classes.length} classes but ${boxes.length} numbers of boxes; expected 4 numbers a box, ${classes.length * 4}.`,
    );
  }
  if (detections.scores.length !== count) {
    throw new LookonceError("ARGUMENT", `detections has ${count} classes but ${detections.scores.length} scores.`);
  }
  for (const [name, { classes }] of Object.entries({ detections, labels })) {
    const i = Array.from(classes).findIndex((label) => !Number.isInteger(label) || label < 0 || label >= nc);
    if (i < 0) continue;
    throw new LookonceError(
      "DATA",
      `${name}.classes[${i}] is ${classes[i]}, but there are ${nc} classes, 0 to ${nc - 1}. Check nc and names of the data set against its labels.`,
    );
  }
}
