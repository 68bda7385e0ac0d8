import { LookonceError } from "@lookonce/errors";

/** What a detector found in an image. `Detections` of `@lookonce/geometry` fit. */
export interface FoundObjects {
  /** Rows of xyxy in pixels. */
  boxes: ArrayLike<number>;
  confidences: ArrayLike<number>;
  /** Class numbers. */
  classes: ArrayLike<number>;
}

/** What is in an image, according to its labels. */
export interface LabeledObjects {
  /** Rows of xyxy in the same pixels as the detections'. */
  boxes: ArrayLike<number>;
  /** Class numbers. */
  classes: ArrayLike<number>;
}

/** One image's detections and labels. */
export interface EvaluatedImage {
  detections: FoundObjects;
  labels: LabeledObjects;
}

/**
 * Makes sure that the arrays of an image fit each other and that its classes exist.
 *
 * @throws LookonceError `ARGUMENT` for lengths that differ, `DATA` for a class that is not below `nc`
 */
export function checkImage({ detections, labels }: EvaluatedImage, nc: number): void {
  checkLengths("detections", detections, detections.classes.length);
  checkLengths("labels", labels, labels.classes.length);
  if (detections.confidences.length !== detections.classes.length) {
    throw new LookonceError(
      "ARGUMENT",
      `detections has ${detections.classes.length} classes but ${detections.confidences.length} confidences.`,
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
