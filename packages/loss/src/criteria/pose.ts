import { LookonceError } from "@lookonce/errors";
import { keypointSigmas } from "@lookonce/geometry";
import { type KeypointOffsets, keypointPlaces } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";
import { gatherRows } from "../gather-rows.ts";
import { type HostTensor, type PaddedTargets, paddedInputs, requireField } from "../targets.ts";
import { bceWithLogits } from "../terms/bce-with-logits.ts";
import { keypointLoss } from "../terms/keypoints.ts";
import { anchorFreeLoss, type ForegroundRows, type V8LossOptions, v8Gains } from "./anchor-free.ts";
import { type BatchPart, type CriterionLoss, type TrainBatch, withTotal } from "./criterion.ts";
import { AnchorFreeCriterion } from "./v8-criterion.ts";

/** A batch's objects with their keypoints. */
export type PoseTargets = PaddedTargets & {
  /** [B, M, K, 3]: x, y in input pixels, visibility, of which 0 means not labeled; padding must be finite. */
  keypoints: tf.Tensor4D;
};

/** How much each part counts. */
export type PoseGains = Record<"box" | "pose" | "kobj" | "cls" | "dfl", number | tf.Scalar>;

/** Settings of {@link poseLoss}; the defaults are those of YOLOv8 8.3. */
export interface PoseLossOptions extends Omit<V8LossOptions, "gains" | "boxes"> {
  /** Default box 7.5, pose 12, keypoints' visibility 1, class 0.5, DFL 1.5. */
  gains?: Partial<PoseGains>;
  /** What the head's numbers of a keypoint are. Default `corner`, as YOLOv8 has them. */
  keypointOffsets?: KeypointOffsets;
}

/** Scalars. The parts have their gains applied; `total` is their sum times the batch size. */
export type PoseLoss = Record<"total" | keyof PoseGains, tf.Scalar>;

/**
 * The loss of YOLOv8's pose models: detection's, and of the foreground's keypoints how far they are off
 * ({@link keypointLoss}) and, where the head predicts it, cross-entropy of whether they are visible. Both are means over the
 * foreground of the whole batch and all keypoints, those that nobody sees included.
 *
 * Keypoints are read as (2·raw + cell's index)·stride, with offsets from the center as (raw + cell's index + 0.5)·stride.
 *
 * @param raw the head's output per level, [B, h, w, 4·regMax + nc + K·D]: bins, class logits, then x, y and, where D is 3,
 * the logit of visibility, keypoint by keypoint
 * @throws LookonceError `ARGUMENT` when shapes, strides and class numbers do not fit each other
 */
export function poseLoss(raw: readonly tf.Tensor4D[], targets: PoseTargets, options: PoseLossOptions): PoseLoss {
  const { regMax = 16, nc, keypointOffsets = "corner" } = options;
  const gains = { pose: 12, kobj: 1, ...v8Gains, ...options.gains };
  const [, , points, values] = targets.keypoints.shape;
  const own = (raw[0]?.shape[3] ?? 0) - 4 * regMax - nc;
  const dimensions = own / points;
  if (values !== 3 || (dimensions !== 2 && dimensions !== 3)) {
    throw new LookonceError(
      "ARGUMENT",
      `targets have keypoints [${targets.keypoints.shape}] for maps with ${own} channels of keypoints; expected [B,M,K,3] for 2·K or 3·K channels`,
    );
  }
  return tf.tidy(() => {
    const { parts, batch, foreground, own: channels } = anchorFreeLoss(raw, targets, { ...options, gains, own });
    const predicted = tf.reshape(gatherRows(tf.reshape(channels as tf.Tensor, [-1, own]), foreground.anchors), [
      -1,
      points,
      dimensions,
    ]) as tf.Tensor3D;
    const { pose, kobj } = keypointParts(predicted, targets, { ...foreground, offsets: keypointOffsets });
    const all = {
      box: parts.box,
      pose: tf.mul(pose, gains.pose) as tf.Scalar,
      kobj: tf.mul(kobj, gains.kobj) as tf.Scalar,
      cls: parts.cls,
      dfl: parts.dfl,
    };
    return withTotal(all, batch);
  });
}

/** @param predicted [B·K, points, D] as the head has them */
function keypointParts(
  predicted: tf.Tensor3D,
  { keypoints }: PoseTargets,
  { objects, present, count, goals, grid, offsets }: ForegroundRows & { offsets: KeypointOffsets },
): Record<"pose" | "kobj", tf.Tensor> {
  const [, points, dimensions] = predicted.shape;
  const [raw, logits] = split(predicted, dimensions - 2);
  const labeled = tf.gather<tf.Tensor>(tf.reshape(keypoints, [-1, points, 3]), objects);
  const [pixels, visibility] = split(labeled, 1);
  const visible = tf.cast(tf.notEqual(tf.squeeze(visibility as tf.Tensor, [2]), 0), "float32");
  const [left, top, right, bottom] = tf.unstack(goals, 1) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const places = keypointPlaces(raw, grid.points, { offsets });
  const losses = keypointLoss(places, tf.div(pixels, tf.expandDims(grid.strides, 1)), {
    visible,
    area: tf.mul(tf.relu(tf.sub(right, left)), tf.relu(tf.sub(bottom, top))),
    sigmas: tf.tensor1d(keypointSigmas([points, dimensions])),
  });
  const mean = (values: tf.Tensor) => tf.div(tf.sum(tf.mul(values, tf.expandDims(present, 1))), tf.mul(count, points));
  if (logits === undefined) return { pose: mean(losses), kobj: tf.scalar(0) };
  return { pose: mean(losses), kobj: mean(bceWithLogits(tf.squeeze(logits, [2]), visible)) };
}

/** Positions [..., 2], and what comes after them. */
function split(values: tf.Tensor, rest: number): [tf.Tensor, tf.Tensor | undefined] {
  return rest === 0 ? [values, undefined] : (tf.split<tf.Tensor>(values, [2, rest], -1) as [tf.Tensor, tf.Tensor]);
}

/** YOLOv8's loss of pose: box, pose, kobj, cls, and dfl or l1. */
export class PoseCriterion extends AnchorFreeCriterion<PoseTargets, PoseGains> {
  readonly parts: readonly string[] = ["box", "pose", "kobj", "cls", this.sides];

  /** @throws LookonceError `DATA` for labels without keypoints */
  inputs({ count, targets }: TrainBatch): Record<keyof PoseTargets, HostTensor> {
    const data = requireField(targets, "keypoints", "keypoints");
    const shape = [count, targets.maxTargets, data.length / (count * targets.maxTargets * 3), 3];
    return { ...paddedInputs(count, targets), keypoints: { data, shape, dtype: "float32" } };
  }

  loss(raw: readonly tf.Tensor4D[], targets: PoseTargets, whole?: BatchPart): CriterionLoss {
    const options = { ...this.options, whole, keypointOffsets: this.head.keypointOffsets };
    const { total, box, pose, kobj, cls, dfl } = poseLoss(raw, targets, options);
    return { total, parts: [box, pose, kobj, cls, dfl] };
  }
}
