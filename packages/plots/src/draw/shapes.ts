/** Points of the detections of an image. */
export interface KeypointMarks {
  /** [count, K, D]: x, y in pixels and, where D is 3, how certainly the point is visible, from 0 to 1. */
  readonly data: Float32Array;
  readonly shape: readonly [points: number, values: number];
}

/** What detections have besides boxes, to be drawn with them. */
export interface Shapes {
  /** Of each detection the closed lines x, y, … around its mask, in pixels; holes have lines of their own. */
  readonly masks?: readonly (readonly Float32Array[])[];
  readonly keypoints?: KeypointMarks;
  /** [count, 4, 2]: corners of rotated boxes in pixels, which are drawn in place of upright ones. */
  readonly rotated?: Float32Array;
  /** [classes]: the image's probabilities, of which the highest are written into its top left corner. */
  readonly probs?: Float32Array;
}

/** Shapes of an image that is drawn at another size. */
export function scaledShapes(
  { masks, keypoints, rotated, probs }: Shapes,
  [horizontal, vertical]: readonly [number, number],
): Shapes {
  const factors = [horizontal, vertical, 1];
  const scaled = (values: Float32Array, width: number): Float32Array =>
    values.map((value, i) => value * (factors[i % width] as number));
  return {
    ...(masks && { masks: masks.map((lines) => lines.map((line) => scaled(line, 2))) }),
    ...(keypoints && { keypoints: { ...keypoints, data: scaled(keypoints.data, keypoints.shape[1]) } }),
    ...(rotated && { rotated: scaled(rotated, 2) }),
    ...(probs && { probs }),
  };
}
