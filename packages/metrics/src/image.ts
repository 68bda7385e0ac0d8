import { LookonceError } from "@lookonce/errors";
import type { Detections } from "@lookonce/geometry";

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
}

/**
 * Checks that the arrays of an image have matching lengths and that its classes exist.
 *
 * @throws LookonceError `ARGUMENT` for lengths that differ, `DATA` for a class that is not below `nc`
 */
export function checkImage({ detections, labels }: EvaluatedImage, nc: number): void {
  checkLengths("detections", detections, detections.classes.length);
  checkLengths("labels", labels, labels.classes.length);
  if (detections.scores.length !== detections.classes.length) {
    throw new LookonceError(
      "ARGUMENT",
      `detections has ${detections.classes.length} classes but ${detections.scores.length} scores.`,
    );
  }
  checkClasses("detections", detections.classes, nc);
  checkClasses("labels", labels.classes, nc);
}

function checkLengths(name: string, { boxes }: { boxes: ArrayLike<number> }, count: number): void {
  if (boxes.length !== count * 4) {
    throw new LookonceError(
      "ARGUMENT",
      `${name} has ${count} classes but ${boxes.length} numbers of boxes; expected 4 numbers a box, ${count * 4}.`,
    );
  }
}

function checkClasses(name: string, classes: ArrayLike<number>, nc: number): void {
  for (let i = 0; i < classes.length; i++) {
    const label = classes[i]!;
    if (!Number.isInteger(label) || label < 0 || label >= nc) {
      throw new LookonceError(
        "DATA",
        `${name}.classes[${i}] is ${label}, but there are ${nc} classes, 0 to ${nc - 1}. Check nc and names of the data set against its labels.`,
      );
    }
  }
}
