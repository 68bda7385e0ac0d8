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

/** {@link AnchorTargets} as tensors of the same shapes; `cells` and `labels` are int32. */
export type AnchorTargetTensors = {
  cells: tf.Tensor2D;
  labels: tf.Tensor2D;
  boxes: tf.Tensor3D;
  anchors: tf.Tensor3D;
  mask: tf.Tensor2D;
  last: tf.Tensor2D;
};

/** The arrays as inputs of a recorded step. */
export function anchorTargetInputs(targets: AnchorTargets): Record<keyof AnchorTargetTensors, HostTensor> {
  const shape = [targets.levels, targets.rows];
  return {
    cells: { data: targets.cells, shape, dtype: "int32" },
    labels: { data: targets.labels, shape, dtype: "int32" },
    boxes: { data: targets.boxes, shape: [...shape, 4], dtype: "float32" },
    anchors: { data: targets.anchors, shape: [...shape, 2], dtype: "float32" },
    mask: { data: targets.mask, shape, dtype: "float32" },
    last: { data: targets.last, shape, dtype: "float32" },
  };
}

/** Uploads targets. */
export function anchorTargetTensors(targets: AnchorTargets): AnchorTargetTensors {
  const shape: [number, number] = [targets.levels, targets.rows];
  return {
    cells: tf.tensor2d(targets.cells, shape, "int32"),
    labels: tf.tensor2d(targets.labels, shape, "int32"),
    boxes: tf.tensor3d(targets.boxes, [...shape, 4]),
    anchors: tf.tensor3d(targets.anchors, [...shape, 2]),
    mask: tf.tensor2d(targets.mask, shape),
    last: tf.tensor2d(targets.last, shape),
  };
}
