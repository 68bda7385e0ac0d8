import { LookonceError } from "@lookonce/errors";
import type * as tf from "@tensorflow/tfjs-core";

/**
 * The objects of a batch, padded to one number M of rows an image so that shapes stay the same from batch to batch.
 * A batch without any object has M ≥ 1 and a mask of zeros.
 */
export type PaddedTargets = {
  /** [B, M] int32, class numbers from 0; padding may hold anything. */
  labels: tf.Tensor2D;
  /** [B, M, 4] float32, xyxy in pixels of the network's input; padding must be finite. */
  boxes: tf.Tensor3D;
  /** [B, M] float32, 1 for an object, 0 for padding. */
  mask: tf.Tensor2D;
};

/** @throws LookonceError `ARGUMENT` unless the three tensors fit each other and a batch of this size. */
export function checkTargets({ labels, boxes, mask }: PaddedTargets, batch: number): void {
  const [rows, count] = mask.shape;
  const fits =
    rows === batch &&
    count > 0 &&
    labels.shape.join() === mask.shape.join() &&
    boxes.shape.join() === [batch, count, 4].join();
  if (fits) return;
  throw new LookonceError(
    "ARGUMENT",
    `targets must be labels [${batch},M], boxes [${batch},M,4] and mask [${batch},M] with M ≥ 1, but are labels [${labels.shape}], boxes [${boxes.shape}] and mask [${mask.shape}]`,
  );
}
