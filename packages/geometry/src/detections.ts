/**
 * Objects detected in one image, as arrays side by side, best first. What a task has besides boxes (masks, keypoints,
 * angles) is a further array of `count` rows.
 */
export interface Detections {
  count: number;
  /** [count, 4]: left, top, right, bottom in pixels. */
  boxes: Float32Array;
  /** [count]: confidence of each detection, from 0 to 1. */
  scores: Float32Array;
  /** [count]: class numbers. */
  classes: Int32Array;
  /** [count]: row of the network's prediction that each detection came from, where they came from one. */
  anchors?: Int32Array;
  /** [count, extras]: what a prediction has after the classes, where it has any. */
  extras?: Float32Array;
  /** [count]: identities over time, from 1, where the objects were tracked. */
  ids?: Int32Array;
}

/** Makes {@link Detections} of plain rows of left, top, right, bottom, with a score and a class number each. */
export function makeDetections(
  boxes: ArrayLike<number>,
  scores: ArrayLike<number>,
  classes: ArrayLike<number>,
): Detections {
  return {
    count: classes.length,
    boxes: Float32Array.from(boxes),
    scores: Float32Array.from(scores),
    classes: Int32Array.from(classes),
  };
}

/** Some of the detections, by their numbers, in this order: of the arrays that all tasks have. */
export function pickDetections(detections: Detections, rows: ArrayLike<number>): Detections {
  const { count, boxes, scores, classes, anchors, ids, extras } = detections;
  const picked = Array.from(rows);
  const numbers = (values: Int32Array): Int32Array => Int32Array.from(picked, (row) => values[row] as number);
  return {
    count: picked.length,
    boxes: pickRows(boxes, picked, 4),
    scores: pickRows(scores, picked, 1),
    classes: numbers(classes),
    ...(anchors === undefined ? {} : { anchors: numbers(anchors) }),
    ...(ids === undefined ? {} : { ids: numbers(ids) }),
    ...(extras === undefined ? {} : { extras: pickRows(extras, picked, extras.length / count) }),
  };
}

/** Some rows of a flat array, by their numbers, in this order. @param width numbers of a row; any where there is no row */
export function pickRows(values: Float32Array, rows: ArrayLike<number>, width: number): Float32Array {
  const picked = new Float32Array(rows.length === 0 ? 0 : rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    picked.set(values.subarray(row * width, (row + 1) * width), i * width);
  }
  return picked;
}
