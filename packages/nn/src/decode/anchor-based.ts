import * as tf from "@tensorflow/tfjs-core";
import { type CellPositions, cellPositions } from "./cell-positions.ts";

/** Options of {@link decodeAnchorBased}. */
export interface AnchorBasedOptions {
  /** Width and height of each level's anchors in cells [na, 2]. */
  anchors: readonly tf.Tensor2D[];
  /** Pixels per cell of each level. */
  strides: readonly number[];
  /** Where the cells lie. Default: a constant. */
  cells?: CellPositions;
  /** Numbers of an anchor after its classes, which stay as they are (mask coefficients). Default 0. */
  extras?: number;
}

/**
 * Decodes an anchor-based head free of grid sensitivity (YOLOv5 6.1; Bochkovskiy et al., arXiv 2004.10934, section 3.4).
 *
 * raw [N, h, w, na·(5 + nc + extras)] a level, anchor by anchor → [N, A, 5 + nc + extras]: center x, center y, width, height
 * in pixels, objectness, class probabilities, extras; A runs over level, anchor, y, x.
 */
export function decodeAnchorBased(
  raw: readonly tf.Tensor4D[],
  { anchors, strides, cells = cellPositions, extras = 0 }: AnchorBasedOptions,
): tf.Tensor3D {
  const levels = raw.map((map, level) => {
    const [n, height, width, outputs] = map.shape;
    const sizes = anchors[level] as tf.Tensor2D;
    const na = sizes.shape[0];
    const no = outputs / na;
    const split = tf.transpose(tf.reshape(map, [n, height, width, na, no]), [0, 3, 1, 2, 4]);
    const outputsOf = tf.reshape(split, [n, na, height * width, no]);
    const parts = extras === 0 ? [outputsOf] : tf.split<tf.Tensor>(outputsOf, [no - extras, extras], 3);
    const [logits, ...coefficients] = parts as [tf.Tensor, ...tf.Tensor[]];
    const [box, rest] = tf.split<tf.Tensor>(tf.sigmoid(logits), [4, no - extras - 4], 3) as [tf.Tensor, tf.Tensor];
    const xywh = anchorsToXywh(box, cells([height, width], -0.5), tf.reshape(sizes, [na, 1, 2]));
    const rows = tf.concat([tf.mul(xywh, strides[level] as number), rest, ...coefficients], 3);
    return tf.reshape(rows, [n, na * height * width, no]);
  });
  return tf.concat(levels, 1) as tf.Tensor3D;
}

/**
 * Converts what a cell predicts of an anchor to a box: center 2·σ(t) + offset, size (2·σ(t))² · anchor, in cells.
 *
 * @param shares σ(t), [..., 4] of x, y, width, height
 * @param offsets position of the cell's corner less 0.5, [..., 2] or one number
 * @param anchors width and height [..., 2]
 * @returns center x, center y, width, height [..., 4]. Differentiable in the shares.
 */
export function anchorsToXywh(shares: tf.Tensor, offsets: tf.Tensor | number, anchors: tf.Tensor): tf.Tensor {
  const [xy, wh] = tf.split(tf.mul(shares, 2), 2, shares.rank - 1) as [tf.Tensor, tf.Tensor];
  return tf.concat([tf.add(xy, offsets), tf.mul(tf.square(wh), anchors)], shares.rank - 1);
}
