import * as tf from "@tensorflow/tfjs-core";

/** What a head's numbers of a keypoint are: cells from a cell's center, or half cells from its corner. */
export type KeypointOffsets = "center" | "corner";

/**
 * Decodes where keypoints are, x = 2 · raw + the cell's x, likewise y, in cells (YOLOv8 8.3), or x = raw + the cell's center
 * (YOLO26 8.4).
 *
 * @param raw [..., A, K, 2]
 * @param points cell centers, x then y [A, 2]
 * @returns the same shape. Differentiable.
 */
export function keypointPlaces(
  raw: tf.Tensor,
  points: tf.Tensor2D,
  { offsets }: { offsets: KeypointOffsets } = { offsets: "corner" },
): tf.Tensor {
  const size = [points.shape[0], 1, 2];
  if (offsets === "center") return tf.add(raw, tf.reshape(points, size));
  return tf.add(tf.mul(raw, 2), tf.reshape(tf.sub(points, 0.5), size));
}

/**
 * Decodes keypoints: places by {@link keypointPlaces}, visibility σ(raw) (YOLOv8 8.3).
 *
 * @param raw [..., A, K·D]: x, y and, with three values, a logit of the visibility of one point after the other
 * @param shape number of keypoints K and of values D of each, 2 or 3
 * @returns [..., A, K, D]. Differentiable.
 */
function decodeKeypoints(
  raw: tf.Tensor,
  { points, offsets = "corner" }: KeypointLevel,
  [count, values]: readonly [count: number, values: number],
): tf.Tensor {
  const split = tf.reshape(raw, [...raw.shape.slice(0, -1), count, values]);
  const axis = split.rank - 1;
  const [xy, ...rest] = (values === 2 ? [split] : tf.split(split, [2, values - 2], axis)) as [
    tf.Tensor,
    ...tf.Tensor[],
  ];
  const places = keypointPlaces(xy, points, { offsets });
  return rest.length === 0 ? places : tf.concat([places, ...rest.map((logits) => tf.sigmoid(logits))], axis);
}

/** Where a level's cells lie. */
interface KeypointLevel {
  /** Cell centers, x then y [A, 2]. */
  points: tf.Tensor2D;
  /** Pixels per cell. */
  stride: number;
  /** What the numbers of a keypoint are (default corner, YOLOv8's). */
  offsets?: KeypointOffsets;
}

/** Keypoints as {@link decodeKeypoints} has them, in pixels; visibilities stay. [N, A, K·D] → the same shape. */
export function keypointsInPixels(
  raw: tf.Tensor3D,
  level: KeypointLevel,
  shape: readonly [count: number, values: number],
): tf.Tensor {
  const keypoints = decodeKeypoints(raw, level, shape);
  const factors = tf.tensor1d([level.stride, level.stride, ...Array.from({ length: shape[1] - 2 }, () => 1)]);
  return tf.reshape(tf.mul(keypoints, factors), raw.shape);
}
