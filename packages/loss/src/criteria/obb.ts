import * as tf from "@tensorflow/tfjs-core";
import { rotatedBoxes, rotatedBoxesInRadians } from "../boxes/rotated-boxes.ts";
import { type HostTensor, type PaddedTargets, paddedInputs, requireField } from "../targets.ts";
import { anchorFreeLoss, type V8LossOptions } from "./anchor-free.ts";
import { type BatchPart, type CriterionLoss, type TrainBatch, withTotal } from "./criterion.ts";
import { AnchorFreeCriterion } from "./v8-criterion.ts";
import type { V8Loss } from "./v8-detection.ts";

/**
 * The loss of YOLOv8's oriented boxes: detection's, with probiou in place of CIoU, in the assignment as well, and candidates
 * in the rotated rectangle. See `rotatedBoxes`.
 *
 * @param raw the head's output per level, [N, h, w, 4·regMax + nc + 1]: bins of left, top, right, bottom (in cells, along the
 * box's own sides), class logits, the angle's logit or, with `angles` in radians, the angle
 * @param targets rotated boxes [N, M, 5] in input pixels
 * @throws LookonceError `ARGUMENT` when shapes, strides and class numbers do not fit each other
 */
export function rotatedDetectionLoss(
  raw: readonly tf.Tensor4D[],
  targets: PaddedTargets,
  { angles = "logits", ...options }: Omit<V8LossOptions, "boxes"> & { angles?: "logits" | "radians" },
): V8Loss {
  const boxes = angles === "radians" ? rotatedBoxesInRadians : rotatedBoxes;
  return tf.tidy(() => {
    const { parts, batch } = anchorFreeLoss(raw, targets, { ...options, boxes, own: 1 });
    return withTotal(parts, batch);
  });
}

/** YOLOv8's loss of oriented boxes: box (probiou), cls, and dfl or l1. */
export class ObbCriterion extends AnchorFreeCriterion<PaddedTargets> {
  readonly parts: readonly string[] = ["box", "cls", this.sides];

  /** @throws LookonceError `DATA` for labels without rotated boxes */
  inputs({ count, height, width, targets }: TrainBatch): Record<keyof PaddedTargets, HostTensor> {
    const rotated = requireField(targets, "rotated", "oriented boxes");
    const { labels, boxes, mask } = paddedInputs(count, targets);
    const kept = targets.mask.map((present, i) => present * Number(isLarge(rotated, i, height / width)));
    return {
      labels,
      boxes: { ...boxes, data: rotated, shape: [count, targets.maxTargets, 5] },
      mask: { ...mask, data: kept },
    };
  }

  loss(raw: readonly tf.Tensor4D[], targets: PaddedTargets, whole?: BatchPart): CriterionLoss {
    const options = { ...this.options, whole, angles: this.head.angles };
    const { total, box, cls, dfl } = rotatedDetectionLoss(raw, targets, options);
    return { total, parts: [box, cls, dfl] };
  }
}

/**
 * Whether a box is learned: its sides as fractions of the image's, the width times its height and the height times its width
 * in pixels, are at least 2 (crosswise in YOLOv8 8.3; on square images it is the side in pixels).
 *
 * @param aspect the image's height by its width
 */
function isLarge(rotated: Float32Array, i: number, aspect: number): boolean {
  const [w, h] = [rotated[5 * i + 2] as number, rotated[5 * i + 3] as number];
  return w * aspect >= 2 && h / aspect >= 2;
}
