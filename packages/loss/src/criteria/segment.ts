import { LookonceError } from "@lookonce/errors";
import { prototypeStride } from "@lookonce/geometry";
import * as tf from "@tensorflow/tfjs-core";
import { TaskAlignedAssigner } from "../assigners/task-aligned-assigner.ts";
import { gatherRows } from "../gather-rows.ts";
import { maskLoss, objectSigns } from "../masks/mask-loss.ts";
import { maskInput } from "../masks/mask-targets.ts";
import { type RowBlockName, rowBlocks } from "../masks/row-blocks.ts";
import { type BatchSize, type HostTargets, type HostTensor, type PaddedTargets, paddedInputs } from "../targets.ts";
import { anchorFreeLoss, type ForegroundRows, foregroundRows, type V8LossOptions } from "./anchor-free.ts";
import { type BatchPart, type CriterionLoss, type TrainBatch, withTotal } from "./criterion.ts";
import { AnchorFreeCriterion } from "./v8-criterion.ts";

/** A batch's objects with their masks: see `SegmentCriterion.inputs`. */
export type SegmentTargets = PaddedTargets & {
  /**
   * In the prototypes' size [B, h, w]: the row of the object that a pixel shows, in its image, + 1, or 0; or a mask of 0 and 1
   * for each object [B, M, h, w].
   */
  masks: tf.Tensor;
  /** [Q] int32, image of each block of C foreground rows. */
  blockImages: tf.Tensor1D;
  /** [Q, C] int32, into the foreground rows of all images in a row, K an image. */
  blockRows: tf.Tensor2D;
  /** [Q, C], 0 for rows that fill up a block. */
  blockWeights: tf.Tensor2D;
};

/** Scalars. The parts have their gains applied; `total` is their sum times the batch size. */
export type SegmentLoss = Record<"total" | "box" | "seg" | "cls" | "dfl", tf.Scalar>;

/**
 * The loss of YOLOv8's segmentation: detection's, and cross-entropy of the masks, which are coefficients · prototypes.
 *
 * A foreground anchor's mask is compared with its object's within the object's box; the mean over all pixels of the
 * prototypes is divided by the box's share of the image, and averaged over the foreground of the whole batch. Its gain is the
 * box's.
 *
 * @param raw the head's output per level, [B, h, w, 4·regMax + nc + D]: bins, class logits, coefficients; and last the
 * prototypes [B, H, W, D]
 * @throws LookonceError `ARGUMENT` when shapes, strides and class numbers do not fit each other
 */
export function segmentLoss(
  raw: readonly tf.Tensor4D[],
  targets: SegmentTargets,
  options: Omit<V8LossOptions, "boxes">,
): SegmentLoss {
  const { levels, prototypes } = splitPrototypes(raw, options.strides.length);
  const depth = prototypes.shape[3];
  const { box: gain = 7.5 } = options.gains ?? {};
  return tf.tidy(() => {
    const { parts, batch, foreground, own } = anchorFreeLoss(levels, targets, { ...options, own: depth });
    const scale = prototypes.shape[1] / ((levels[0] as tf.Tensor4D).shape[1] * (options.strides[0] as number));
    const seg = maskPart(own as tf.Tensor3D, prototypes, { targets, foreground, scale });
    const { box, cls, dfl } = parts;
    return withTotal({ box, seg: tf.mul(seg, gain) as tf.Scalar, cls, dfl }, batch);
  });
}

/** @param scale pixels of the prototypes per pixel of the input */
function maskPart(
  own: tf.Tensor3D,
  prototypes: tf.Tensor4D,
  { targets, foreground, scale }: { targets: SegmentTargets; foreground: ForegroundRows; scale: number },
): tf.Tensor {
  const [, height, width, depth] = prototypes.shape;
  if (targets.masks.shape.slice(-2).join() !== [height, width].join()) {
    throw new LookonceError("ARGUMENT", `masks are [${targets.masks.shape}] for prototypes [${prototypes.shape}]`);
  }
  const rows = tf.reshape(targets.blockRows, [-1]);
  const ofRows = <T extends tf.Tensor>(values: tf.Tensor): T => tf.gather<tf.Tensor>(values, rows) as T;
  const objects = ofRows<tf.Tensor1D>(foreground.objects);
  const boxes = tf.mul(targets.boxes, scale) as tf.Tensor3D;
  const [x1, y1, x2, y2] = tf.unstack(tf.reshape(boxes, [-1, 4]), 1) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  // Pixels of the prototypes in the box: the mean over all pixels, by the box's share of them.
  const area = tf.maximum(tf.mul(tf.sub(x2, x1), tf.sub(y2, y1)), 1e-9);
  const counted = tf.mul(ofRows(foreground.present), tf.reshape(targets.blockWeights, [-1]));
  const weights = tf.div(tf.div(counted, tf.gather(area, objects)), foreground.count) as tf.Tensor1D;
  const coefficients = gatherRows(tf.reshape(own, [-1, depth]), ofRows(foreground.anchors)) as tf.Tensor2D;
  const block = { coefficients, images: targets.blockImages, objects, weights };
  return maskLoss(block, prototypes, { signs: objectSigns(boxes, targets.masks) });
}

/**
 * Separates a segmentation head's prototypes, the last of its maps, from its levels.
 *
 * @throws LookonceError `ARGUMENT` for another number of maps
 */
export function splitPrototypes(
  raw: readonly tf.Tensor4D[],
  levels: number,
): { levels: tf.Tensor4D[]; prototypes: tf.Tensor4D } {
  const prototypes = raw[levels];
  if (raw.length === levels + 1 && prototypes !== undefined) return { levels: raw.slice(0, levels), prototypes };
  throw new LookonceError(
    "ARGUMENT",
    `raw has ${raw.length} maps, expected those of ${levels} levels and the prototypes of masks`,
  );
}

/** Size of a segmentation model's prototypes for images of a size in pixels. */
export function prototypeSize({ height, width }: Pick<BatchSize, "height" | "width">): {
  height: number;
  width: number;
} {
  return { height: height / prototypeStride, width: width / prototypeStride };
}

/** YOLOv8's loss of segmentation: box, seg, cls, and dfl or l1. */
export class SegmentCriterion extends AnchorFreeCriterion<SegmentTargets> {
  readonly parts: readonly string[] = ["box", "seg", "cls", this.sides];
  readonly #assigner = new TaskAlignedAssigner(this.options);

  /** @throws LookonceError `DATA` for labels without masks */
  inputs({ targets, ...size }: TrainBatch): Record<keyof SegmentTargets, HostTensor> {
    return {
      ...paddedInputs(size.count, targets),
      ...this.#blocks(targets, size),
      masks: maskInput(targets, size.count, prototypeSize(size)),
    };
  }

  loss(raw: readonly tf.Tensor4D[], targets: SegmentTargets, whole?: BatchPart): CriterionLoss {
    const options = { ...this.options, whole, assigner: this.#assigner };
    const { total, box, seg, cls, dfl } = segmentLoss(raw, targets, options);
    return { total, parts: [box, seg, cls, dfl] };
  }

  /** The rows that can be foreground, of each image as many as its objects can have. */
  #blocks({ mask, maxTargets }: HostTargets, { count, height, width }: BatchSize): Record<RowBlockName, HostTensor> {
    const anchors = this.options.strides.reduce((sum, stride) => sum + (height / stride) * (width / stride), 0);
    const rowsOf = (objects: number): number => foregroundRows(anchors, objects, this.#assigner);
    const all = rowsOf(maxTargets);
    const images = Array.from({ length: count }, (_, image) => {
      const objects = mask.subarray(image * maxTargets, (image + 1) * maxTargets).reduce((sum, one) => sum + one, 0);
      return { image, rows: Int32Array.from({ length: rowsOf(objects) }, (_, i) => image * all + i) };
    });
    return rowBlocks(images);
  }
}
