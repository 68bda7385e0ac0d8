import { prototypeStride } from "@lookonce/geometry";
import * as tf from "@tensorflow/tfjs-core";
import { type AnchorTargets, type AnchorTargetTensors, anchorTargetInputs } from "../assigners/anchor-targets.ts";
import { gatherRows } from "../gather-rows.ts";
import { maskLoss, objectSigns } from "../masks/mask-loss.ts";
import { maskInput } from "../masks/mask-targets.ts";
import { type ImageRows, type RowBlockName, rowBlocks } from "../masks/row-blocks.ts";
import type { HostTensor } from "../targets.ts";
import { type BatchPart, type CriterionLoss, lossOf, type TrainBatch, withTotal } from "./criterion.ts";
import { prototypeSize, splitPrototypes } from "./segment.ts";
import { AnchorCriterion } from "./v5-criterion.ts";
import { anchorBasedLoss, type V5LossOptions } from "./v5-detection.ts";

/** What the anchors of every level are to learn, with masks: see `V5SegmentCriterion.inputs`. */
export type V5SegmentTargets = AnchorTargetTensors & {
  /** As `SegmentTargets.masks`. */
  masks: tf.Tensor;
  /** [B, M, 4], xyxy of the objects in pixels of the masks. */
  objectBoxes: tf.Tensor3D;
  /** [L, R] int32, each match's object, among those of all images. */
  objects: tf.Tensor2D;
  /** [Q] int32, image of each block of C matches. */
  blockImages: tf.Tensor1D;
  /** [Q, C] int32, into the matches of all levels in a row. */
  blockRows: tf.Tensor2D;
  /** [Q, C]: what the sum over a match's pixels counts, 0 for rows that fill up a block. */
  blockWeights: tf.Tensor2D;
};

/** Scalars. The parts have their gains applied; `total` is their sum times the batch size. */
export type V5SegmentLoss = Record<"total" | "box" | "seg" | "obj" | "cls", tf.Scalar>;

/**
 * The loss of YOLOv5's segmentation (7.0): detection's, and cross-entropy of the matches' masks, which are coefficients ·
 * prototypes. Like YOLOv8's ({@link segmentLoss}), but averaged over the matches of an image on a level, summed over levels,
 * and averaged over images. Its gain is the box's.
 *
 * @param raw the head's output per level, [B, h, w, na·(5 + nc + D)], and last the prototypes [B, H, W, D]
 * @throws LookonceError `ARGUMENT` when shapes and numbers of levels and classes do not fit each other
 */
export function v5SegmentLoss(
  raw: readonly tf.Tensor4D[],
  targets: V5SegmentTargets,
  options: V5LossOptions,
): V5SegmentLoss {
  const { levels, prototypes } = splitPrototypes(raw, targets.cells.shape[0]);
  const { box: gain = 0.05 } = options.gains ?? {};
  return tf.tidy(() => {
    const { parts, batch, own } = anchorBasedLoss(levels, targets, { ...options, own: prototypes.shape[3] });
    const rows = tf.reshape(targets.blockRows, [-1]) as tf.Tensor1D;
    const sum = maskLoss(
      {
        coefficients: gatherRows(own as tf.Tensor2D, rows) as tf.Tensor2D,
        images: targets.blockImages,
        objects: tf.gather(tf.reshape(targets.objects, [-1]), rows) as tf.Tensor1D,
        weights: tf.reshape(targets.blockWeights, [-1]) as tf.Tensor1D,
      },
      prototypes,
      { signs: objectSigns(targets.objectBoxes, targets.masks) },
    );
    const { box, obj, cls } = parts;
    return withTotal({ box, seg: tf.mul(sum, gain / batch) as tf.Scalar, obj, cls }, batch);
  });
}

/** YOLOv5's loss of segmentation: box, seg, obj and cls. */
export class V5SegmentCriterion extends AnchorCriterion<V5SegmentTargets> {
  readonly parts = ["box", "seg", "obj", "cls"] as const;

  /** @throws LookonceError `DATA` for labels without masks */
  inputs({ targets, ...size }: TrainBatch): Record<keyof V5SegmentTargets, HostTensor> {
    const assigned = this.assigner.assign(targets, size);
    const { levels, rows, objects } = assigned;
    const objectBoxes = targets.boxes.map((side) => side / prototypeStride);
    return {
      ...anchorTargetInputs(assigned),
      objects: { data: objects, shape: [levels, rows], dtype: "int32" },
      objectBoxes: { data: objectBoxes, shape: [size.count, targets.maxTargets, 4], dtype: "float32" },
      masks: maskInput(targets, size.count, prototypeSize(size)),
      ...matchBlocks(assigned, objectBoxes),
    };
  }

  loss(raw: readonly tf.Tensor4D[], targets: V5SegmentTargets, whole?: BatchPart): CriterionLoss {
    return lossOf(v5SegmentLoss(raw, targets, { ...this.options, whole }), this.parts);
  }
}

/** Blocks of matches of one image: each counts 1 / (pixels of its box · matches of its image on its level). */
function matchBlocks(
  { rows, counts, images, objects }: AnchorTargets,
  boxes: Float32Array,
): Record<RowBlockName, HostTensor> {
  const area = (object: number): number => {
    const [x1, y1, x2, y2] = boxes.subarray(4 * object, 4 * object + 4) as unknown as [number, number, number, number];
    return (x2 - x1) * (y2 - y1);
  };
  const perImage = new Map<number, { rows: number[]; weights: number[] }>();
  for (const [level, count] of counts.entries()) {
    const ofLevel = images.subarray(level * rows, level * rows + count);
    const matches = new Map<number, number>();
    for (const image of ofLevel) matches.set(image, (matches.get(image) ?? 0) + 1);
    for (const [i, image] of ofLevel.entries()) {
      const own = perImage.get(image) ?? { rows: [], weights: [] };
      perImage.set(image, own);
      own.rows.push(level * rows + i);
      own.weights.push(1 / (area(objects[level * rows + i] as number) * (matches.get(image) as number)));
    }
  }
  return rowBlocks([...perImage].map(([image, own]): ImageRows => ({ image, ...own })));
}
