import * as tf from "@tensorflow/tfjs-core";
import { softmaxCrossEntropy } from "./softmax-cross-entropy.ts";

/**
 * Distribution focal loss: cross-entropy against the two bins around a target, weighted by how near each is
 * (Generalized Focal Loss, Li et al. 2020): −(⌈t⌉ − t)·log p⌊t⌋ − (t − ⌊t⌋)·log p⌈t⌉.
 *
 * Both weights come from one hat function, max(0, 1 − |k − t|), so nothing is gathered. No gradient flows to the
 * targets; that of the logits is softmax(x)ₖ − hat(k − t).
 *
 * @param logits [..., bins]
 * @param targets [...], in 0..bins − 1
 * @returns [...], nats
 */
export function distributionFocalLoss(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  const positions = tf.range(0, logits.shape[logits.rank - 1] as number);
  const nearness = tf.relu(tf.sub(1, tf.abs(tf.sub(positions, tf.expandDims(targets, -1)))));
  return softmaxCrossEntropy(logits, nearness);
}
