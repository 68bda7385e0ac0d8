import * as tf from "@tensorflow/tfjs-core";
import type { PaddedTargets } from "../targets.ts";
import { anchorFreeLoss, type V8LossOptions } from "./anchor-free.ts";
import { withTotal } from "./criterion.ts";

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
  return tf.tidy(() => {
    const { parts, batch } = anchorFreeLoss(raw, targets, options);
    return withTotal(parts, batch);
  });
}
