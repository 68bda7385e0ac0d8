import * as tf from "@tensorflow/tfjs-core";

/** Height and width of a level's grid. */
export type Grid = readonly [height: number, width: number];

/** The places where an anchor-free head predicts, all levels one after another. */
export interface AnchorPoints {
  /** Cell centers in cells of their level, x then y [A, 2]. */
  points: tf.Tensor2D;
  /** Pixels per cell of each point [A, 1]. */
  strides: tf.Tensor2D;
}

/** Cell centers (offset 0.5) of every level, in the order given, row by row. */
export function anchorPoints(grids: readonly Grid[], strides: readonly number[]): AnchorPoints {
  const count = grids.reduce((sum, [h, w]) => sum + h * w, 0);
  const points = new Float32Array(count * 2);
  const scale = new Float32Array(count);
  let i = 0;
  for (const [level, [height, width]] of grids.entries()) {
    for (let cell = 0; cell < height * width; cell++, i++) {
      points[2 * i] = (cell % width) + 0.5;
      points[2 * i + 1] = Math.floor(cell / width) + 0.5;
      scale[i] = strides[level] as number;
    }
  }
  return { points: tf.tensor2d(points, [count, 2]), strides: tf.tensor2d(scale, [count, 1]) };
}

/**
 * Expected distances under the distributions of Distribution Focal Loss (Li et al., arXiv 2006.04388).
 *
 * logits [N, A, 4·regMax], sides left, top, right, bottom → [N, A, 4] in cells: Σ softmax(logits)ᵢ · i over the bins.
 */
export function expectedDistances(logits: tf.Tensor3D, bins: tf.Tensor1D): tf.Tensor3D {
  const [n, anchors, width] = logits.shape;
  const regMax = bins.shape[0];
  const probability = tf.softmax(tf.reshape(logits, [n, anchors, width / regMax, regMax]), 3);
  return tf.sum(tf.mul(probability, bins), 3);
}

/** Boxes from distances to their four sides. distances [N, A, 4], points [A, 2] → center x, y, width, height [N, A, 4]. */
export function distancesToXywh(distances: tf.Tensor3D, points: tf.Tensor2D): tf.Tensor3D {
  const [leftTop, rightBottom] = tf.split(distances, 2, 2) as [tf.Tensor3D, tf.Tensor3D];
  const center = tf.add(points, tf.div(tf.sub(rightBottom, leftTop), 2));
  return tf.concat([center, tf.add(leftTop, rightBottom)], 2) as tf.Tensor3D;
}

/** Boxes from distances to their four sides. distances [N, A, 4], points [A, 2] → corners x1, y1, x2, y2 [N, A, 4]. */
export function distancesToXyxy(distances: tf.Tensor3D, points: tf.Tensor2D): tf.Tensor3D {
  const [leftTop, rightBottom] = tf.split(distances, 2, 2) as [tf.Tensor3D, tf.Tensor3D];
  return tf.concat([tf.sub(points, leftTop), tf.add(points, rightBottom)], 2) as tf.Tensor3D;
}
