import { LookonceError } from "@lookonce/errors";
import * as tf from "@tensorflow/tfjs-core";
import type { HostTensor } from "../host-targets.ts";

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
export interface AnchorTargetTensors {
  cells: tf.Tensor2D;
  labels: tf.Tensor2D;
  boxes: tf.Tensor3D;
  anchors: tf.Tensor3D;
  mask: tf.Tensor2D;
  last: tf.Tensor2D;
}

/** The arrays in a fixed order, as inputs of a recorded step; {@link readAnchorTargets} takes them up there. */
export function anchorTargetInputs(targets: AnchorTargets): HostTensor[] {
  const shape = [targets.levels, targets.rows];
  return [
    { data: targets.cells, shape, dtype: "int32" },
    { data: targets.labels, shape, dtype: "int32" },
    { data: targets.boxes, shape: [...shape, 4], dtype: "float32" },
    { data: targets.anchors, shape: [...shape, 2], dtype: "float32" },
    { data: targets.mask, shape, dtype: "float32" },
    { data: targets.last, shape, dtype: "float32" },
  ];
}

/** The tensors that were made of {@link anchorTargetInputs}, by name. */
export function readAnchorTargets(inputs: readonly tf.Tensor[]): AnchorTargetTensors {
  if (inputs.length !== 6) {
    throw new LookonceError("ARGUMENT", `anchor targets are 6 tensors, but ${inputs.length} came`);
  }
  const [cells, labels, boxes, anchors, mask, last] = inputs;
  return { cells, labels, boxes, anchors, mask, last } as AnchorTargetTensors;
}

/** Uploads targets. */
export function anchorTargetTensors(targets: AnchorTargets): AnchorTargetTensors {
  return readAnchorTargets(anchorTargetInputs(targets).map(({ data, shape, dtype }) => tf.tensor(data, shape, dtype)));
}
