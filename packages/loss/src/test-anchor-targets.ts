import * as tf from "@tensorflow/tfjs-core";
import { type AnchorTargets, type AnchorTargetTensors, anchorTargetTensors } from "./assigners/anchor-targets.ts";

/** Targets as tensors with most of their padding cut off: slow backends have less to do. */
export function croppedTargets(targets: AnchorTargets): AnchorTargetTensors {
  const rows = Math.max(...targets.counts) + 2;
  const tensors = Object.entries(anchorTargetTensors(targets)).map(([name, tensor]: [string, tf.Tensor]) => {
    const begin = tensor.shape.map(() => 0);
    return [name, tf.slice(tensor, begin, [-1, rows, -1].slice(0, tensor.rank))];
  });
  return Object.fromEntries(tensors);
}
