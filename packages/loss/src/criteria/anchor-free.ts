import { type AnchorPoints, anchorPoints, boxDistances, stopGradient } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { Assigner, Assignment } from "../assigners/assigner.ts";
import { TaskAlignedAssigner, type TaskAlignedOptions } from "../assigners/task-aligned-assigner.ts";
import type { BoxKind } from "../boxes/box-kind.ts";
import { uprightBoxes } from "../boxes/upright-boxes.ts";
import { gatherRows, rowOffsets } from "../gather-rows.ts";
import { checkMaps, checkTargets, type PaddedTargets } from "../targets.ts";
import { bceWithLogits } from "../terms/bce-with-logits.ts";
import { type SideTargets, sideLoss } from "../terms/side-loss.ts";
import { type BatchPart, ownBatch } from "./criterion.ts";

/** How much each part counts; a tensor where a gain changes while training. */
export type V8Gains = Record<"box" | "cls" | "dfl", number | tf.Scalar>;

/** Settings of the losses of YOLOv8's anchor-free heads; the defaults are those of YOLOv8 8.3. */
export interface V8LossOptions extends TaskAlignedOptions {
  /** Pixels per cell of every level, finest first. */
  strides: readonly number[];
  nc: number;
  /** Bins of the distance distribution; with 1 the distances are the numbers themselves. Default 16. */
  regMax?: number;
  /** Default box 7.5, class 0.5, DFL 1.5. */
  gains?: Partial<V8Gains>;
  /** What its normalizers are of. Default: the rank's own images. */
  whole?: BatchPart | undefined;
  /** Assigns objects to anchors. Default: a {@link TaskAlignedAssigner} made of the other options. */
  assigner?: Assigner;
}

/** Gains as YOLOv8 8.3 has them by default. */
export const v8Gains = { box: 7.5, cls: 0.5, dfl: 1.5 } as const;

/**
 * The same number of rows K for every image of a batch of B, foreground anchors first.
 *
 * At 640 pixels an image has 8,400 anchors of which a few hundred at most are foreground: what is weighted by 0 elsewhere
 * need not be computed elsewhere. K follows from shapes alone, so the graph stays the same.
 */
export interface ForegroundRows {
  /** [B·K] int32, into the anchors of all images in a row. */
  anchors: tf.Tensor1D;
  /** [B·K], 1 for foreground, 0 in rows of background that fill up. */
  present: tf.Tensor1D;
  /** Number of foreground anchors, at least 1: what sums over them are divided by. */
  count: tf.Scalar;
  /** [B·K] int32, into the objects of all images in a row. */
  objects: tf.Tensor1D;
  /** [B·K, 2] and [B·K, 1]: the anchors in cells, pixels per cell. */
  grid: AnchorPoints;
  /** [B·K, C], the objects' boxes in cells. */
  goals: tf.Tensor2D;
}

/** What the tasks of an anchor-free head have in common. */
export interface AnchorFreeLoss {
  batch: number;
  /** Gains applied, in the order in which they are reported; `dfl` is {@link sideLoss}, with one bin an L1. */
  parts: Record<"box" | "cls" | "dfl", tf.Scalar>;
  /** The task's own channels [B, A, E]; missing without any. */
  own: tf.Tensor3D | undefined;
  foreground: ForegroundRows;
}

/** The most foreground rows of an image: K of {@link ForegroundRows}. */
export function foregroundRows(anchors: number, objects: number, assigner: Assigner): number {
  return Math.min(assigner.maxForeground?.(objects) ?? anchors, anchors);
}

/**
 * Losses of boxes and classes of an anchor-free head: overlap and {@link sideLoss} of the anchors that have an object, each weighted by its score target, and binary cross-entropy of all class logits, all divided by the sum of score targets
 * (at least 1).
 *
 * @param raw the head's output per level, finest first, [B, h, w, 4·regMax + nc + E]: bins of left, top, right, bottom (in
 * cells; with one bin the distances), class logits, the task's own channels
 * @param targets the batch's objects, in input pixels
 * @param own E, and what the channels are for
 * @throws LookonceError `ARGUMENT` when shapes, strides and class numbers do not fit each other
 */
export function anchorFreeLoss(
  raw: readonly tf.Tensor4D[],
  targets: PaddedTargets,
  { own = 0, ...options }: V8LossOptions & { own?: number },
): AnchorFreeLoss {
  const { regMax = 16, nc, boxes: kind = uprightBoxes, whole = ownBatch } = options;
  const { assigner = new TaskAlignedAssigner(options) } = options;
  const gains: V8Gains = { ...v8Gains, ...options.gains };
  const sizes = [4 * regMax, nc, ...(own > 0 ? [own] : [])];
  const channels = sizes.reduce((sum, size) => sum + size);
  const reason = `nc ${nc} and regMax ${regMax}${own > 0 ? ` and ${own} more` : ""}`;
  const batch = checkMaps(raw, (count) => count === channels, [`${channels}`, reason]);
  checkTargets(targets, batch, kind.columns);
  const cells = raw.map(({ shape }) => [shape[1], shape[2]] as const);
  const grid = anchorPoints(cells, options.strides);
  // All levels as one row of anchors: bins [B, A, 4, regMax], class logits [B, A, nc], own channels [B, A, E]. Split before
  // they are joined: a graph then needs neither the head's joining of its branches nor this split.
  const pieces = raw.map((level) => tf.split<tf.Tensor>(level, sizes, 3));
  const [sides, logits, channelsOfTask] = sizes.map((size, i) =>
    tf.concat(
      pieces.map((piece) => tf.reshape(piece[i] as tf.Tensor, [batch, -1, size])),
      1,
    ),
  ) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D | undefined];
  const bins = tf.reshape<tf.Rank.R4>(sides, [batch, sides.shape[1], 4, regMax]);
  const constant = channelsOfTask && stopGradient(channelsOfTask);
  const boxes = kind.decode(boxDistances(stopGradient(bins)), constant, grid.points);
  const predictions = {
    scores: probabilities(stopGradient(logits)),
    boxes: kind.scale(boxes, grid.strides) as tf.Tensor3D,
    points: tf.mul(grid.points, grid.strides) as tf.Tensor2D,
  };
  const assignment = assigner.assign(predictions, targets);
  const limit = foregroundRows(grid.points.shape[0], targets.mask.shape[1], assigner);
  const foreground = rowsOf(assignment, { grid, limit, objects: targets.mask.shape[1], kind, whole });
  const scoreSum = whole.normalizer(tf.sum(assignment.scores), 1);
  const part = (sum: tf.Tensor, gain: number | tf.Scalar) => tf.mul(tf.div(sum, scoreSum), gain) as tf.Scalar;
  const weights = tf.gather<tf.Tensor>(tf.reshape(tf.sum(assignment.scores, -1), [-1]), foreground.anchors);
  const [finest = 0] = options.strides;
  const [rows = 0, columns = 0] = cells[0] ?? [];
  const sums = boxSums(bins, channelsOfTask, { foreground, weights, kind, size: [rows * finest, columns * finest] });
  const box = part(sums.box, gains.box);
  const cls = part(bceWithLogits(logits, assignment.scores, { reduction: "sum" }), gains.cls);
  const dfl = part(sums.dfl, gains.dfl);
  return { batch, parts: { box, cls, dfl }, own: channelsOfTask, foreground };
}

/**
 * 1 / (1 + exp(−x)), to float32's full precision however small. ONNX Runtime's sigmoid is off by up to 1e-7, which is
 * more than an unlikely class's probability; the assigner computes its square root and divides by it.
 */
function probabilities(logits: tf.Tensor3D): tf.Tensor3D {
  return tf.reciprocal(tf.add(tf.exp(tf.neg(logits)), 1)) as tf.Tensor3D;
}

function rowsOf(
  assignment: Assignment,
  {
    grid,
    limit,
    objects,
    kind,
    whole,
  }: { grid: AnchorPoints; limit: number; objects: number; kind: BoxKind; whole: BatchPart },
): ForegroundRows {
  const [batch, all] = assignment.foreground.shape;
  const first = tf.topk(assignment.foreground, limit);
  const anchors = tf.reshape(tf.add(first.indices, rowOffsets(batch, all)), [-1]) as tf.Tensor1D;
  const cells = tf.reshape(first.indices, [-1]);
  const ofRows = <T extends tf.Tensor>(values: tf.Tensor): T => tf.gather<tf.Tensor>(values, anchors) as T;
  const strides = tf.gather(grid.strides, cells);
  return {
    anchors,
    present: tf.reshape(first.values, [-1]) as tf.Tensor1D,
    count: whole.normalizer(tf.sum(assignment.foreground), 1) as tf.Scalar,
    objects: ofRows(tf.reshape(tf.add(assignment.gtIndex, rowOffsets(batch, objects)), [-1])),
    grid: { points: tf.gather(grid.points, cells), strides },
    goals: kind.scale(ofRows(tf.reshape(assignment.boxes, [-1, kind.columns])), tf.reciprocal(strides)) as tf.Tensor2D,
  };
}

/** What {@link boxSums} compares boxes with. */
interface BoxTargets extends Pick<SideTargets, "size"> {
  foreground: ForegroundRows;
  /** [B·K], sums of score targets. */
  weights: tf.Tensor;
  kind: BoxKind;
}

/**
 * Sums over the foreground, weighted by score targets: Σ w·(1 − overlap), and Σ w·{@link sideLoss}.
 *
 * @param bins [B, A, 4, regMax]
 * @param own [B, A, E]
 */
function boxSums(
  bins: tf.Tensor4D,
  own: tf.Tensor3D | undefined,
  { foreground, weights, kind, size }: BoxTargets,
): { box: tf.Tensor; dfl: tf.Tensor } {
  const regMax = bins.shape[3];
  const { anchors, grid, goals } = foreground;
  const rows = (values: tf.Tensor, columns: number) => gatherRows(tf.reshape(values, [-1, columns]), anchors);
  const sides = tf.reshape<tf.Rank.R3>(rows(bins, 4 * regMax), [-1, 4, regMax]);
  const boxes = kind.decode(boxDistances(sides), own && rows(own, own.shape[2]), grid.points);
  const box = tf.sum(tf.mul(tf.sub(1, kind.overlap(boxes, goals)), weights));
  const off = sideLoss(sides, { corners: kind.corners(goals), grid, size });
  return { box, dfl: tf.sum(tf.mul(off, weights)) };
}
