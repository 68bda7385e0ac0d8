import { LookonceError } from "@lookonce/errors";
import * as tf from "@tensorflow/tfjs-core";
import { type CellPositions, cellPositions, type Grid } from "./cell-positions.ts";

/** Options of {@link decodeAnchorFree}. */
export interface AnchorFreeOptions {
  /** Pixels per cell of each level. */
  strides: readonly number[];
  /** Bins of the distribution of a side's distance. */
  regMax: number;
  /** Distances [...] from their bins [..., regMax]. Default {@link boxDistances}. */
  distances?: (logits: tf.Tensor) => tf.Tensor;
  /** Where the cells lie. Default: a constant. */
  cells?: CellPositions;
  /** What comes after the classes. Default: nothing. */
  extras?: ExtrasDecoding;
}

/** How a task decodes what each cell predicts besides box and classes. */
export interface ExtrasDecoding {
  /** Numbers a cell. */
  count: number;
  /** Decodes a level's [N, A, count]. Default: as they are. */
  decode?: (raw: tf.Tensor3D, level: { points: tf.Tensor2D; stride: number }) => tf.Tensor;
  /** Boxes from distances [N, A, 4] and decoded extras, in cells. Default {@link distancesToXywh}. */
  boxes?: (distances: tf.Tensor, points: tf.Tensor2D, extras: tf.Tensor) => tf.Tensor;
}

/**
 * Decodes an anchor-free head (YOLOv8; Tian et al., FCOS, arXiv 1904.01355): every cell predicts the distances from its
 * center to the four sides of a box.
 *
 * raw [N, h, w, 4·regMax + nc + extras] a level: bins of left, top, right, bottom in cells, class logits, extras
 * → [N, A, 4 + nc + extras]: center x, center y, width, height in pixels, class probabilities, extras; A runs over level, y, x.
 */
export function decodeAnchorFree(raw: readonly tf.Tensor4D[], options: AnchorFreeOptions): tf.Tensor3D {
  const { strides, regMax, distances = boxDistances, cells = cellPositions, extras } = options;
  const { count = 0, decode = (rest: tf.Tensor3D) => rest, boxes: toBoxes = distancesToXywh } = extras ?? {};
  const levels = raw.map((map, level) => {
    const [n, height, width, outputs] = map.shape;
    const rows = tf.reshape(map, [n, height * width, outputs]);
    const parts = [4 * regMax, outputs - 4 * regMax - count, ...(count > 0 ? [count] : [])];
    const [bins, logits, rest] = tf.split<tf.Tensor3D>(rows, parts, 2) as [tf.Tensor, tf.Tensor, tf.Tensor3D?];
    const sides = distances(tf.reshape(bins, [n, height * width, 4, regMax]));
    const points = cells([height, width], 0.5);
    const stride = strides[level] as number;
    const decoded = rest && decode(rest, { points, stride });
    const boxes = decoded === undefined ? distancesToXywh(sides, points) : toBoxes(sides, points, decoded);
    const known = [tf.mul(boxes, stride), tf.sigmoid(logits)];
    return tf.concat(decoded === undefined ? known : [...known, decoded], 2);
  });
  return tf.concat(levels, 1) as tf.Tensor3D;
}

/** The points where an anchor-free head predicts, all levels one after another. */
export interface AnchorPoints {
  /** Cell centers in cells of their level, x then y [A, 2]. */
  points: tf.Tensor2D;
  /** Pixels per cell of each point [A, 1]. */
  strides: tf.Tensor2D;
}

/**
 * Lists the cell centers of all levels, level by level in the order given, row by row.
 *
 * @param offset where in its cell a point lies; 0.5 is the center
 * @throws LookonceError `ARGUMENT` when there are not as many strides as grids
 */
export function anchorPoints(grids: readonly Grid[], strides: readonly number[], offset = 0.5): AnchorPoints {
  if (grids.length !== strides.length) {
    throw new LookonceError(
      "ARGUMENT",
      `strides has ${strides.length} entries for ${grids.length} levels: pass one stride for each level`,
    );
  }
  const pixels = grids.map(([height, width], level) => tf.fill([height * width, 1], strides[level] as number));
  return {
    points: tf.concat(grids.map((grid) => cellPositions(grid, offset))),
    strides: tf.concat(pixels as tf.Tensor2D[]),
  };
}

/**
 * Computes the distances that a head's box branch means: the number itself where there is one bin (YOLO26, arXiv 2606.03748),
 * the mean of the distribution where there are more.
 *
 * @param bins [..., regMax]
 * @returns [...]. Differentiable.
 */
export function boxDistances(bins: tf.Tensor): tf.Tensor {
  const axis = bins.rank - 1;
  return bins.shape[axis] === 1 ? tf.squeeze(bins, [axis]) : expectedDistances(bins);
}

/**
 * Computes the mean of the distribution over the bins 0, 1, 2, … that logits stand for: Σₖ softmax(x)ₖ · k, the integral
 * of Distribution Focal Loss (Li et al., arXiv 2006.04388).
 *
 * The gradient softmax(x)ₖ · (k − mean) is written out: the tape's own needs twice as many passes over a large tensor.
 *
 * @param logits [..., bins]
 * @param values the bins' values [bins]. Default 0, 1, 2, …
 * @returns [...], in 0..bins − 1. Differentiable in the logits.
 */
export function expectedDistances(logits: tf.Tensor, values?: tf.Tensor1D): tf.Tensor {
  const mean = tf.customGrad((x, save) => {
    const input = x as tf.Tensor;
    const axis = input.rank - 1;
    const bins = values ?? tf.range(0, input.shape[axis] as number);
    const probabilities = tf.softmax(input);
    const value = tf.sum(tf.mul(probabilities, bins), axis, true);
    (save as tf.GradSaveFunc)([probabilities, value, bins]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [p, m, k] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
      return tf.mul(tf.mul(p, tf.sub(k, m)), tf.expandDims(dy, -1));
    };
    return { value: tf.squeeze(value, [axis]), gradFunc };
  });
  return mean(logits);
}

/**
 * Converts the distances of a box's sides from a point inside to center x, center y, width, height.
 *
 * @param distances [..., A, 4]: left, top, right, bottom
 * @param points [A, 2]: x, y in the same unit
 * @returns [..., A, 4] in that unit
 */
export function distancesToXywh(distances: tf.Tensor, points: tf.Tensor2D): tf.Tensor {
  const [leftTop, rightBottom] = tf.split(distances, 2, distances.rank - 1) as [tf.Tensor, tf.Tensor];
  const center = tf.add(points, tf.div(tf.sub(rightBottom, leftTop), 2));
  return tf.concat([center, tf.add(leftTop, rightBottom)], distances.rank - 1);
}

/** Converts distances as {@link distancesToXywh} does, to corners x1, y1, x2, y2. Differentiable. */
export function distancesToXyxy(distances: tf.Tensor, points: tf.Tensor2D): tf.Tensor {
  const [leftTop, rightBottom] = tf.split(distances, 2, distances.rank - 1) as [tf.Tensor, tf.Tensor];
  return tf.concat([tf.sub(points, leftTop), tf.add(points, rightBottom)], distances.rank - 1);
}

/**
 * Computes the distances from points to the sides of boxes, limited to what `regMax` bins can express: regMax − 1.01
 * (14.99 at 16 bins), so that the bin above a target always exists (YOLOv8 8.3).
 *
 * @param boxes xyxy [..., A, 4], in cells
 * @param points [A, 2]: x, y in cells
 * @returns [..., A, 4]: left, top, right, bottom in 0..regMax − 1.01
 */
export function xyxyToDistances(boxes: tf.Tensor, points: tf.Tensor2D, regMax = 16): tf.Tensor {
  return tf.minimum(tf.maximum(sideDistances(boxes, points), 0), regMax - 1.01);
}

/** Computes the distances as {@link xyxyToDistances} does, without a limit: negative beyond the box. */
export function sideDistances(boxes: tf.Tensor, points: tf.Tensor2D): tf.Tensor {
  const [low, high] = tf.split(boxes, 2, boxes.rank - 1) as [tf.Tensor, tf.Tensor];
  return tf.concat([tf.sub(points, low), tf.sub(high, points)], boxes.rank - 1);
}
