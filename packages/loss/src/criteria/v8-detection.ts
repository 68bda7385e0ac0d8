import { LookonceError } from "@lookonce/errors";
import { type AnchorPoints, anchorPoints, distancesToXyxy, expectedDistances, xyxyToDistances } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { Assigner, Assignment } from "../assigners/assigner.ts";
import { TaskAlignedAssigner, type TaskAlignedOptions } from "../assigners/task-aligned-assigner.ts";
import { gatherRows } from "../gather-rows.ts";
import { stopGradient } from "../stop-gradient.ts";
import { checkTargets, type PaddedTargets } from "../targets.ts";
import { bceWithLogits } from "../terms/bce-with-logits.ts";
import { boxIou } from "../terms/ciou.ts";
import { distributionFocalLoss } from "../terms/dfl.ts";

/** How much each part counts; a tensor where a gain changes while training. */
export interface V8Gains {
  box: number | tf.Scalar;
  cls: number | tf.Scalar;
  dfl: number | tf.Scalar;
}

/** Settings of {@link v8DetectionLoss}; the defaults are those of YOLOv8 8.3. */
export interface V8LossOptions extends TaskAlignedOptions {
  /** Pixels per cell of every level, finest first. */
  strides: readonly number[];
  /** Number of classes. */
  nc: number;
  /** Bins of the distance distribution. Default 16. */
  regMax?: number;
  /** Default box 7.5, class 0.5, DFL 1.5. */
  gains?: Partial<V8Gains>;
  /** Assigns objects to anchors. Default: a {@link TaskAlignedAssigner} made of `topk`, `alpha`, `beta`, `epsilon`. */
  assigner?: Assigner;
}

/** Scalars. The parts have their gains applied; `total` is their sum times the batch size. */
export interface V8Loss {
  total: tf.Scalar;
  box: tf.Scalar;
  cls: tf.Scalar;
  dfl: tf.Scalar;
}

/**
 * The detection loss of YOLOv8: CIoU and distribution focal loss of the anchors that have an object, each weighted by
 * its score target, and binary cross-entropy of all class logits, all divided by the sum of score targets (at least 1).
 *
 * `total` is what to differentiate: (box + cls + dfl) · batch size, as YOLOv8 8.3 does.
 *
 * @param raw the head's output per level, finest first, [N, h, w, 4·regMax + nc]: bins of left, top, right, bottom
 * (in cells), then class logits
 * @param targets the batch's objects, in input pixels
 * @throws LookonceError `ARGUMENT` when shapes, strides and class numbers do not fit each other
 */
export function v8DetectionLoss(raw: readonly tf.Tensor4D[], targets: PaddedTargets, options: V8LossOptions): V8Loss {
  const { regMax = 16, nc, assigner = new TaskAlignedAssigner(options) } = options;
  const gains: V8Gains = { box: 7.5, cls: 0.5, dfl: 1.5, ...options.gains };
  const batch = checkRaw(raw, nc, regMax);
  checkTargets(targets, batch);
  return tf.tidy(() => {
    const grid = anchorPoints(
      raw.map(({ shape }) => [shape[1], shape[2]] as const),
      options.strides,
    );
    const { bins, logits } = flatten(raw, nc, regMax);
    const boxes = distancesToXyxy(expectedDistances(stopGradient(bins)), grid.points);
    const assignment = assigner.assign(
      {
        scores: probabilities(stopGradient(logits)),
        boxes: tf.mul(boxes, grid.strides) as tf.Tensor3D,
        points: tf.mul(grid.points, grid.strides),
      },
      targets,
    );
    const scoreSum = tf.maximum(tf.sum(assignment.scores), 1);
    const part = (sum: tf.Tensor, gain: number | tf.Scalar) => tf.mul(tf.div(sum, scoreSum), gain) as tf.Scalar;
    const limit = assigner.maxForeground?.(targets.mask.shape[1]) ?? Number.POSITIVE_INFINITY;
    const sums = boxSums(bins, { assignment, grid, limit });
    const box = part(sums.box, gains.box);
    const cls = part(bceWithLogits(logits, assignment.scores, { reduction: "sum" }), gains.cls);
    const dfl = part(sums.dfl, gains.dfl);
    const total = tf.mul(tf.addN([box, cls, dfl]), batch) as tf.Scalar;
    return { total, box, cls, dfl };
  });
}

/**
 * 1 / (1 + exp(−x)), to float32's full precision however small. ONNX Runtime's sigmoid is off by up to 1e-7, which is
 * more than an unlikely class's probability; the assigner computes its square root and divides by it.
 */
function probabilities(logits: tf.Tensor3D): tf.Tensor3D {
  return tf.reciprocal(tf.add(tf.exp(tf.neg(logits)), 1)) as tf.Tensor3D;
}

/** All levels as one row of anchors: bins [N, A, 4, regMax] and class logits [N, A, nc]. */
function flatten(raw: readonly tf.Tensor4D[], nc: number, regMax: number): { bins: tf.Tensor; logits: tf.Tensor3D } {
  const rows = tf.concat(
    raw.map((level) => tf.reshape(level, [level.shape[0], -1, level.shape[3]])),
    1,
  );
  const [bins, logits] = tf.split(rows, [4 * regMax, nc], -1) as [tf.Tensor, tf.Tensor3D];
  return { bins: tf.reshape(bins, [bins.shape[0], bins.shape[1] as number, 4, regMax]), logits };
}

/**
 * Sums over the foreground, weighted by score targets: Σ w·(1 − CIoU), and Σ w·DFL averaged over the four sides.
 *
 * @param bins [N, A, 4, regMax]
 * @param limit the most foreground anchors of one image
 */
function boxSums(
  bins: tf.Tensor,
  { assignment, grid, limit }: { assignment: Assignment; grid: AnchorPoints; limit: number },
): { box: tf.Tensor; dfl: tf.Tensor } {
  const regMax = bins.shape[3] as number;
  const rows = foregroundRows(assignment, grid, limit);
  const logits = tf.reshape(gatherRows(tf.reshape(bins, [-1, 4 * regMax]), rows.indices), [-1, 4, regMax]);
  const boxes = distancesToXyxy(expectedDistances(logits), rows.points);
  const box = tf.sum(tf.mul(tf.sub(1, boxIou(boxes, rows.goals, { kind: "ciou" })), rows.weights));
  const sides = distributionFocalLoss(logits, xyxyToDistances(rows.goals, rows.points, regMax));
  return { box, dfl: tf.sum(tf.mul(tf.mean(sides, 1), rows.weights)) };
}

/** The anchors that a loss of the foreground needs, B · K rows. */
interface ForegroundRows {
  /** [B·K] int32, into the anchors of all images in a row. */
  indices: tf.Tensor1D;
  /** [B·K, 2], the anchors' points in cells. */
  points: tf.Tensor2D;
  /** [B·K, 4], xyxy of the objects in cells. */
  goals: tf.Tensor2D;
  /** [B·K], sum of the score targets; 0 in rows of background that fill up. */
  weights: tf.Tensor1D;
}

/**
 * The same number of rows K for every image, foreground first.
 *
 * At 640 pixels an image has 8,400 anchors of which a few hundred at most are foreground: losses of boxes, which are
 * weighted by 0 elsewhere, need not be computed elsewhere. K follows from shapes alone, so the graph stays the same.
 *
 * @param limit the most foreground anchors of one image
 */
function foregroundRows(
  { foreground, boxes, scores }: Assignment,
  { points, strides }: AnchorPoints,
  limit: number,
): ForegroundRows {
  const [batch, anchors] = foreground.shape;
  const inImage = tf.topk(foreground, Math.min(limit, anchors)).indices;
  const first = tf.tensor2d(
    Int32Array.from({ length: batch }, (_, b) => b * anchors),
    [batch, 1],
    "int32",
  );
  const indices = tf.reshape(tf.add(inImage, first), [-1]) as tf.Tensor1D;
  const cells = tf.reshape(inImage, [-1]);
  return {
    indices,
    points: tf.gather(points, cells),
    goals: tf.div(tf.gather<tf.Tensor>(tf.reshape(boxes, [-1, 4]), indices), tf.gather(strides, cells)),
    weights: tf.gather<tf.Tensor>(tf.reshape(tf.sum(scores, -1), [-1]), indices) as tf.Tensor1D,
  };
}

/** @returns the batch size */
function checkRaw(raw: readonly tf.Tensor4D[], nc: number, regMax: number): number {
  const batch = raw[0]?.shape[0];
  if (batch === undefined) throw new LookonceError("ARGUMENT", "raw has no level: pass the head's output per level");
  const channels = 4 * regMax + nc;
  raw.forEach(({ shape }, level) => {
    if (shape.length === 4 && shape[0] === batch && shape[3] === channels) return;
    throw new LookonceError(
      "ARGUMENT",
      `raw[${level}] is [${shape}], expected [${batch},h,w,${channels}] for nc ${nc} and regMax ${regMax}`,
    );
  });
  return batch;
}
