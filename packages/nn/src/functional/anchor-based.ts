import * as tf from "@tensorflow/tfjs-core";

/** Options of {@link decodeAnchorLevel}. */
export interface AnchorLevel {
  /** Width and height of the level's anchors in cells [na, 2]. */
  anchors: tf.Tensor2D;
  /** Pixels per cell. */
  stride: number;
}

/**
 * Boxes of one level of an anchor-based head, free of grid sensitivity (YOLOv5 6.1; Bochkovskiy et al.,
 * arXiv 2004.10934, section 3.4): center (2σ(t) − 0.5 + cell) · stride, size (2σ(t))² · anchor · stride.
 *
 * raw [N, h, w, na·(5 + nc)], anchor by anchor → [N, na·h·w, 5 + nc]: center x, center y, width, height in pixels,
 * objectness, class probabilities; rows run over anchor, y, x.
 */
export function decodeAnchorLevel(raw: tf.Tensor4D, { anchors, stride }: AnchorLevel): tf.Tensor3D {
  const [n, height, width, outputs] = raw.shape;
  const na = anchors.shape[0];
  const no = outputs / na;
  const split = tf.transpose(tf.reshape(raw, [n, height, width, na, no]), [0, 3, 1, 2, 4]);
  const rows = tf.sigmoid(tf.reshape(split, [n, na, height * width, no]));
  const [xy, wh, rest] = tf.split(rows, [2, 2, no - 4], 3) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const centers = tf.mul(tf.add(tf.mul(xy, 2), shiftedCells(height, width)), stride);
  const sizes = tf.mul(tf.square(tf.mul(wh, 2)), tf.mul(tf.reshape(anchors, [na, 1, 2]), stride));
  return tf.reshape(tf.concat([centers, sizes, rest], 3), [n, na * height * width, no]);
}

/** x − 0.5, y − 0.5 of every cell, row by row [h·w, 2]. */
function shiftedCells(height: number, width: number): tf.Tensor2D {
  const values = new Float32Array(height * width * 2);
  for (let cell = 0; cell < height * width; cell++) {
    values[2 * cell] = (cell % width) - 0.5;
    values[2 * cell + 1] = Math.floor(cell / width) - 0.5;
  }
  return tf.tensor2d(values, [height * width, 2]);
}
