import { LookonceError } from "@lookonce/errors";
import type * as tf from "@tensorflow/tfjs-core";

/**
 * The objects of a batch, padded to one number M of rows an image so that shapes stay the same from batch to batch.
 * A batch without any object has M ≥ 1 and a mask of zeros.
 */
export type PaddedTargets = {
  /** [B, M] int32, class numbers from 0; padding may be anything. */
  labels: tf.Tensor2D;
  /** [B, M, C] float32, in pixels of the network's input: xyxy, or x, y, w, h, r where boxes are rotated; padding must be finite. */
  boxes: tf.Tensor3D;
  /** [B, M] float32, 1 for an object, 0 for padding. */
  mask: tf.Tensor2D;
};

/** @throws LookonceError `ARGUMENT` unless the three tensors fit each other and a batch of this size. */
export function checkTargets({ labels, boxes, mask }: PaddedTargets, batch: number, columns = 4): void {
  const count = mask.shape[1];
  const shapes = [mask, labels, boxes].map(({ shape }) => `${shape}`).join(";");
  if (count > 0 && shapes === `${[batch, count]};${[batch, count]};${[batch, count, columns]}`) return;
  throw new LookonceError(
    "ARGUMENT",
    `targets must be labels [${batch},M], boxes [${batch},M,${columns}] and mask [${batch},M] with M ≥ 1, but are labels [${labels.shape}], boxes [${boxes.shape}] and mask [${mask.shape}]`,
  );
}

/**
 * Checks maps of a head, [B, h, w, channels] for every level.
 *
 * @param expected the channels, and what they are for
 * @returns the batch size
 * @throws LookonceError `ARGUMENT` for maps of other shapes
 */
export function checkMaps(
  raw: readonly tf.Tensor4D[],
  fits: (channels: number) => boolean,
  [channels, reason]: readonly [channels: string, reason: string],
): number {
  const batch = raw[0]?.shape[0];
  if (batch === undefined) throw new LookonceError("ARGUMENT", "raw has no level: pass the head's output per level");
  for (const [level, { shape }] of raw.entries()) {
    if (shape.length === 4 && shape[0] === batch && fits(shape[3])) continue;
    const expected = `[${batch},h,w,${channels}] for ${reason}`;
    throw new LookonceError("ARGUMENT", `raw[${level}] is [${shape}], expected ${expected}`);
  }
  return batch;
}

/** Objects of a batch on the host, padded to one number of rows an image as `@lookonce/data` pads them. */
export interface HostTargets {
  /** [B, M], class numbers. */
  labels: Int32Array;
  /** [B, M, 4], corners in pixels of the network's input. */
  boxes: Float32Array;
  /** [B, M], 1 for an object, 0 for padding. */
  mask: Float32Array;
  /** M. */
  maxTargets: number;
  /**
   * Which pixels objects cover, in `maskSize`: the object's row in its image + 1, 0 for none, where objects share a map
   * [B, height, width]; 0 or 1 where each has its own [B, M, height, width].
   */
  masks?: Uint8Array | Uint16Array;
  /** Height and width of `masks`. */
  maskSize?: readonly [height: number, width: number];
  /** [B, M, K, 3]: x, y in pixels of the network's input, visibility (0: not labeled). */
  keypoints?: Float32Array;
  /** [B, M, 5]: rotated boxes in pixels of the network's input: center x, y, width, height, angle in radians. */
  rotated?: Float32Array;
}

/** Number and size of a batch's images, in pixels. */
export interface BatchSize {
  count: number;
  height: number;
  width: number;
}

/** Contents, shape and type of a tensor that is made later: an input of a recorded step. */
export interface HostTensor {
  data: Float32Array | Int32Array;
  shape: number[];
  dtype: "float32" | "int32";
}

/** The inputs of a recorded step for {@link PaddedTargets}. */
export function paddedInputs(
  count: number,
  { labels, boxes, mask, maxTargets }: HostTargets,
): Record<keyof PaddedTargets, HostTensor> {
  const shape = [count, maxTargets];
  return {
    labels: { data: labels, shape, dtype: "int32" },
    boxes: { data: boxes, shape: [...shape, 4], dtype: "float32" },
    mask: { data: mask, shape, dtype: "float32" },
  };
}

/**
 * A field of the labels that a task learns from.
 *
 * @param what the labels that are missing, for the message
 * @throws LookonceError `DATA` where the labels do not have it
 */
export function requireField<K extends keyof HostTargets>(
  targets: HostTargets,
  field: K,
  what: string,
): NonNullable<HostTargets[K]> {
  const value = targets[field];
  if (value !== undefined && value !== null) return value;
  throw new LookonceError(
    "DATA",
    `The labels have no ${what}, which this task learns from: use a data set that has them.`,
  );
}
