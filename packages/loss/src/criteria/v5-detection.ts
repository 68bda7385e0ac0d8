import { LookonceError } from "@lookonce/errors";
import { anchorsToXywh, stopGradient, xywhToXyxy } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";
import { type AnchorTargetTensors, anchorTargetNames } from "../assigners/anchor-targets.ts";
import { gatherRows } from "../gather-rows.ts";
import { checkMaps } from "../targets.ts";
import { bceWithLogits, type LogitLoss, type Reduction } from "../terms/bce-with-logits.ts";
import { boxIou } from "../terms/ciou.ts";
import { focalWithLogits } from "../terms/focal.ts";
import { smoothLabels } from "../terms/smooth-labels.ts";
import { type BatchPart, ownBatch, withTotal } from "./criterion.ts";
import { LevelBalance } from "./level-balance.ts";

/** How much each part of the loss counts. */
export type V5Gains = Record<"box" | "cls" | "obj", number>;

/** Settings of {@link v5DetectionLoss}; the defaults are those of YOLOv5 6.1 and 7.0. */
export interface V5LossOptions {
  nc: number;
  /** Default box 0.05, class 0.5, objectness 1, to be fitted to the model by `scaleV5Gains`. */
  gains?: Partial<V5Gains>;
  /** Weighs the levels' objectness. Default: fixed weights. */
  balance?: LevelBalance;
  /** How far the objectness target follows the IoU, from 0 (always 1) to 1 (`gr`). Default 1. */
  iouRatio?: number;
  /** Factor of objects in the class loss (`cls_pw`). Default 1. */
  classPositiveWeight?: number;
  /** Factor of objects in the objectness loss (`obj_pw`). Default 1. */
  objectPositiveWeight?: number;
  /** Power of the focal loss that stands in for cross-entropy where above 0 (`fl_gamma`). Default 0. */
  focalGamma?: number;
  /** ε of `smoothLabels` (`label_smoothing`). Default 0. */
  labelSmoothing?: number;
  /** What its normalizers are of. Default: the rank's own images. */
  whole?: BatchPart | undefined;
}

/** Scalars. The parts have their gains applied; `total` is their sum times the batch size. */
export type V5Loss = Record<"total" | "box" | "obj" | "cls", tf.Scalar>;

/** Scalars of one level, without gains, and the task's own channels of the matches [R, E]; missing without any. */
type LevelLoss = Record<"box" | "obj" | "cls", tf.Tensor> & { own: tf.Tensor | undefined };

/** What the tasks of an anchor-based head have in common. */
export interface AnchorBasedLoss {
  batch: number;
  /** Gains applied. */
  parts: Record<"box" | "obj" | "cls", tf.Scalar>;
  /** The task's own channels of all levels' matches [L·R, E]; missing without any. */
  own: tf.Tensor2D | undefined;
}

/** The rows of one level: see {@link AnchorTargetTensors}, without the first dimension. */
type LevelTargets = { [K in keyof AnchorTargetTensors]: tf.Tensor };

/**
 * The detection loss of YOLOv5: 1 − CIoU of the matched anchors, binary cross-entropy of all objectness logits against
 * the IoU that matched anchors reach (0 elsewhere), and binary cross-entropy of the matched anchors' class logits; each
 * a mean per level, summed over levels, objectness weighed by {@link LevelBalance}.
 *
 * Boxes are read as center 2σ(t) − 0.5 from the cell's corner and size (2σ(t))² · anchor. Where several matches fall on
 * one anchor of one cell, the last decides its objectness, all teach it boxes and classes. With one class there is no
 * class loss. `total` is what to differentiate: (box + obj + cls) · batch size.
 *
 * A `balance` in mode `auto` is updated with every call.
 *
 * @param raw the head's output per level, finest first, [B, h, w, na·(5 + nc)], anchor by anchor: x, y, width, height,
 * objectness, classes
 * @param targets the targets that an `AnchorAssigner` assigned for the batch, for maps of these sizes
 * @throws LookonceError `ARGUMENT` when shapes and numbers of levels and classes do not fit each other
 */
export function v5DetectionLoss(
  raw: readonly tf.Tensor4D[],
  targets: AnchorTargetTensors,
  options: V5LossOptions,
): V5Loss {
  return tf.tidy(() => {
    const { parts, batch } = anchorBasedLoss(raw, targets, options);
    return withTotal(parts, batch);
  });
}

/** The parts of {@link v5DetectionLoss} for a head with `own` more channels an anchor, after the classes. */
export function anchorBasedLoss(
  raw: readonly tf.Tensor4D[],
  targets: AnchorTargetTensors,
  { own = 0, ...options }: V5LossOptions & { own?: number },
): AnchorBasedLoss {
  const gains: V5Gains = { box: 0.05, cls: 0.5, obj: 1, ...options.gains };
  const channels = 5 + options.nc + own;
  const batch = checkMaps(raw, (count) => count % channels === 0, [`na·${channels}`, `nc ${options.nc}`]);
  const { cells, boxes } = targets;
  if (cells.shape[0] !== raw.length || boxes.shape.join() !== [...cells.shape, 4].join()) {
    throw new LookonceError(
      "ARGUMENT",
      `targets have cells [${cells.shape}] and boxes [${boxes.shape}], expected [${raw.length},R] and [${raw.length},R,4] for ${raw.length} levels`,
    );
  }
  const balance = options.balance ?? new LevelBalance({ strides: raw.map((_, level) => 8 * 2 ** level) });
  const weights = balance.weights();
  const levels = raw.map((map, level) => levelLoss(map, targetsOf(targets, level), { ...options, own }));
  const objectness = tf.stack(levels.map(({ obj }) => obj)) as tf.Tensor1D;
  balance.observe((options.whole ?? ownBatch).mean(objectness) as tf.Tensor1D);
  const box = tf.mul(tf.addN(levels.map((level) => level.box)), gains.box) as tf.Scalar;
  const obj = tf.mul(tf.sum(tf.mul(objectness, weights)), gains.obj) as tf.Scalar;
  const cls = tf.mul(tf.addN(levels.map((level) => level.cls)), gains.cls) as tf.Scalar;
  const owns = levels.flatMap((level) => (level.own === undefined ? [] : [level.own as tf.Tensor2D]));
  return { batch, parts: { box, obj, cls }, own: owns.length === 0 ? undefined : tf.concat(owns) };
}

function levelLoss(map: tf.Tensor4D, targets: LevelTargets, options: V5LossOptions & { own: number }): LevelLoss {
  const { nc, iouRatio = 1, labelSmoothing = 0, classPositiveWeight = 1, objectPositiveWeight = 1 } = options;
  const { whole = ownBatch } = options;
  const sizes = [4, 1, nc, ...(options.own > 0 ? [options.own] : [])];
  const loss = logitLoss(options);
  const flat = tf.reshape(map, [-1, 5 + nc + options.own]);
  const rows = gatherRows(flat, targets.cells as tf.Tensor1D);
  const columns = tf.split<tf.Tensor>(rows, sizes, 1) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor | undefined];
  const [box, objectness, classes, own] = columns;
  const count = whole.normalizer(tf.sum(targets.mask), 1);
  const predicted = xywhToXyxy(anchorsToXywh(tf.sigmoid(box), -0.5, targets.anchors));
  const iou = boxIou(predicted, xywhToXyxy(targets.boxes), { kind: "ciou" });
  const boxLoss = tf.div(tf.sum(tf.mul(tf.sub(1, iou), targets.mask)), count);

  const goal = tf.add(tf.mul(tf.relu(stopGradient(iou)), iouRatio), 1 - iouRatio);
  // The mean over all cells and anchors, as if all were background, corrected in the few rows that are not: no map of
  // targets is built.
  const objLoss = (x: tf.Tensor, t: tf.Tensor, reduction: Reduction): tf.Tensor =>
    loss(x, t, { reduction, positiveWeight: objectPositiveWeight });
  const [cells, background] = [flat.shape[0] as number, tf.scalar(0)];
  const matched = tf.squeeze(objectness, [1]);
  const correction = tf.sub(objLoss(matched, goal, "none"), objLoss(matched, background, "none"));
  const all = objLoss(tf.slice(flat, [0, 4], [cells, 1]), background, "sum");
  const obj = tf.div(tf.add(all, tf.sum(tf.mul(correction, targets.last))), cells);
  if (nc === 1) return { box: boxLoss, obj, cls: tf.scalar(0), own };
  const each = loss(classes, smoothLabels(targets.labels, nc, labelSmoothing), {
    positiveWeight: classPositiveWeight,
  });
  const cls = tf.div(tf.sum(tf.mul(tf.mean(each, 1), targets.mask)), count);
  return { box: boxLoss, obj, cls, own };
}

/** Cross-entropy, or focal loss where a power is given. */
function logitLoss({ focalGamma = 0 }: V5LossOptions): LogitLoss {
  if (focalGamma === 0) return bceWithLogits;
  return (logits, targets, options) => focalWithLogits(logits, targets, { ...options, gamma: focalGamma });
}

function targetsOf(targets: AnchorTargetTensors, level: number): LevelTargets {
  const rows = anchorTargetNames.map((name) => [name, tf.gather<tf.Tensor>(targets[name], level)]);
  return Object.fromEntries(rows) as LevelTargets;
}

/** What {@link scaleV5Gains} depends on: numbers of levels and classes, and the side of the images in pixels. */
export type V5Scale = Record<"nl" | "nc" | "imgsz", number>;

/**
 * Gains as YOLOv5 (6.1 and 7.0) fits them to a model: its hyper-parameters are meant for 3 levels, 80 classes and 640
 * pixels. box · 3/nl, cls · nc/80 · 3/nl, obj · (imgsz/640)² · 3/nl.
 *
 * Parts are summed over levels but averaged within them, class losses are averaged over classes, and the number of
 * objects in an area grows slower than the number of cells.
 */
export function scaleV5Gains({ box, cls, obj }: V5Gains, { nl, nc, imgsz }: V5Scale): V5Gains {
  const perLevel = 3 / nl;
  return { box: box * perLevel, cls: ((cls * nc) / 80) * perLevel, obj: obj * (imgsz / 640) ** 2 * perLevel };
}
