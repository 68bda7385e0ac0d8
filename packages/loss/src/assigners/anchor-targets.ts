import * as tf from "@tensorflow/tfjs-core";
import type { HostTensor } from "../targets.ts";

/**
 * What the anchors of every level are to learn: rows of matches, padded to one number R for L levels.
 *
 * Row-major typed arrays on the host; {@link anchorTargetTensors} has the same as tensors.
 */
export interface AnchorTargets {
  /** L. */
  levels: number;
  /** R. */
  rows: number;
  /** [L, R], place in a level's map [B, h, w, na]: ((image · h + y) · w + x) · na + anchor. */
  cells: Int32Array;
  /** [L, R], class numbers. */
  labels: Int32Array;
  /** [L, R], the match's image. */
  images: Int32Array;
  /** [L, R], the object's row among those of all images. */
  objects: Int32Array;
  /** [L, R, 4], in cells: center's offset from the cell's corner, size. */
  boxes: Float32Array;
  /** [L, R, 2], width and height in cells. */
  anchors: Float32Array;
  /** [L, R], 1 for a match, 0 for padding. */
  mask: Float32Array;
  /** [L, R], 1 for the last match of a cell and anchor, the one that decides its objectness. */
  last: Float32Array;
  /** Matches of every level. */
  counts: readonly number[];
}

/** What the loss reads of {@link AnchorTargets}, as tensors of the same shapes; `cells` and `labels` are int32. */
export type AnchorTargetTensors = {
  cells: tf.Tensor2D;
  labels: tf.Tensor2D;
  boxes: tf.Tensor3D;
  anchors: tf.Tensor3D;
  mask: tf.Tensor2D;
  last: tf.Tensor2D;
};

/** The names of {@link AnchorTargetTensors}. */
export const anchorTargetNames = ["cells", "labels", "boxes", "anchors", "mask", "last"] as const;

/** The arrays as inputs of a recorded step. */
export function anchorTargetInputs(targets: AnchorTargets): Record<keyof AnchorTargetTensors, HostTensor> {
  const { levels, rows, cells, labels, boxes, anchors, mask, last } = targets;
  const input = (data: Int32Array | Float32Array, ...rest: number[]): HostTensor => {
    return { data, shape: [levels, rows, ...rest], dtype: data instanceof Int32Array ? "int32" : "float32" };
  };
  const ofTwo = { cells: input(cells), labels: input(labels), mask: input(mask), last: input(last) };
  return { ...ofTwo, boxes: input(boxes, 4), anchors: input(anchors, 2) };
}

/** Uploads targets. */
export function anchorTargetTensors(targets: AnchorTargets): AnchorTargetTensors {
  const inputs = Object.entries(anchorTargetInputs(targets));
  const tensors = inputs.map(([name, { data, shape, dtype }]) => [name, tf.tensor(data, shape, dtype)]);
  return Object.fromEntries(tensors);
}
