import { type AnchorPoints, anchorPoints, distancesToXyxy, expectedDistances, xyxyToDistances } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { Assigner, Assignment } from "../assigners/assigner.ts";
import { TaskAlignedAssigner, type TaskAlignedOptions } from "../assigners/task-aligned-assigner.ts";
import { gatherRows, rowOffsets } from "../gather-rows.ts";
import { stopGradient } from "../stop-gradient.ts";
import { checkMaps, checkTargets, type PaddedTargets } from "../targets.ts";
import { bceWithLogits } from "../terms/bce-with-logits.ts";
import { boxIou } from "../terms/ciou.ts";
import { distributionFocalLoss } from "../terms/dfl.ts";

/** How much each part counts; a tensor where a gain changes while training. */
export type V8Gains = Record<"box" | "cls" | "dfl", number | tf.Scalar>;

/** Settings of {@link v8DetectionLoss}; the defaults are those of YOLOv8 8.3. */
export interface V8LossOptions extends TaskAlignedOptions {
  /** Pixels per cell of every level, finest first. */
  strides: readonly number[];
  nc: number;
  /** Bins of the distance distribution. Default 16. */
  regMax?: number;
  /** Default box 7.5, class 0.5, DFL 1.5. */
  gains?: Partial<V8Gains>;
  /** Assigns objects to anchors. Default: a {@link TaskAlignedAssigner} made of `topk`, `alpha`, `beta`, `epsilon`. */
  assigner?: Assigner;
}

/** Scalars. The parts have their gains applied; `total` is their sum times the batch size. */
export type V8Loss = Record<"total" | "box" | "cls" | "dfl", tf.Scalar>;

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
  const channels = 4 * regMax + nc;
  const batch = checkMaps(raw, (count) => count === channels, [`${channels}`, `nc ${nc} and regMax ${regMax}`]);
  checkTargets(targets, batch);
  return tf.tidy(() => {
    const cells = raw.map(({ shape }) => [shape[1], shape[2]] as const);
    const grid = anchorPoints(cells, options.strides);
    // All levels as one row of anchors: bins [N, A, 4, regMax] and class logits [N, A, nc].
    const maps = raw.map((level) => tf.reshape(level, [batch, -1, channels]));
    const [sides, logits] = tf.split(tf.concat(maps, 1), [4 * regMax, nc], -1) as [tf.Tensor3D, tf.Tensor3D];
    const bins = tf.reshape<tf.Rank.R4>(sides, [batch, sides.shape[1], 4, regMax]);
    const boxes = distancesToXyxy(expectedDistances(stopGradient(bins)), grid.points);
    const predictions = {
      scores: probabilities(stopGradient(logits)),
      boxes: tf.mul(boxes, grid.strides) as tf.Tensor3D,
      points: tf.mul(grid.points, grid.strides) as tf.Tensor2D,
    };
    const assignment = assigner.assign(predictions, targets);
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

/**
 * Sums over the foreground, weighted by score targets: Σ w·(1 − CIoU), and Σ w·DFL averaged over the four sides.
 *
 * Computed of the same number of rows K for every image, foreground first. At 640 pixels an image has 8,400 anchors of
 * which a few hundred at most are foreground: losses of boxes, which are weighted by 0 elsewhere, need not be computed
 * elsewhere. K follows from shapes alone, so the graph stays the same.
 *
 * @param bins [N, A, 4, regMax]
 * @param limit the most foreground anchors of one image
 */
function boxSums(
  bins: tf.Tensor4D,
  { assignment, grid, limit }: { assignment: Assignment; grid: AnchorPoints; limit: number },
): { box: tf.Tensor; dfl: tf.Tensor } {
  const [batch, anchors, , regMax] = bins.shape;
  const inImage = tf.topk(assignment.foreground, Math.min(limit, anchors)).indices;
  // [N·K], into the anchors of all images in a row, and of each image.
  const rows = tf.reshape(tf.add(inImage, rowOffsets(batch, anchors)), [-1]) as tf.Tensor1D;
  const cells = tf.reshape(inImage, [-1]);
  const points = tf.gather(grid.points, cells);
  // [N·K, 4], xyxy of the objects in cells, and [N·K], 0 in rows of background that fill up.
  const objects = tf.gather<tf.Tensor>(tf.reshape(assignment.boxes, [-1, 4]), rows);
  const goals = tf.div(objects, tf.gather(grid.strides, cells)) as tf.Tensor2D;
  const weights = tf.gather<tf.Tensor>(tf.reshape(tf.sum(assignment.scores, -1), [-1]), rows);
  const logits = tf.reshape(gatherRows(tf.reshape(bins, [-1, 4 * regMax]), rows), [-1, 4, regMax]);
  const boxes = distancesToXyxy(expectedDistances(logits), points);
  const box = tf.sum(tf.mul(tf.sub(1, boxIou(boxes, goals, { kind: "ciou" })), weights));
  const sides = distributionFocalLoss(logits, xyxyToDistances(goals, points, regMax));
  return { box, dfl: tf.sum(tf.mul(tf.mean(sides, 1), weights)) };
}
