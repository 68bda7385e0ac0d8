import { inputOf, taskOf } from "@lookonce/families";
import type { DetectionModel } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";

/** Images [N, H, W, 3], RGB from 0 to 1, as a model of this task and family sees them; the same tensor for most. */
export function normalizeImages(
  images: tf.Tensor4D,
  { task, family }: Pick<DetectionModel, "task" | "family">,
): tf.Tensor4D {
  const { normalization } = inputOf(taskOf(task), family);
  if (normalization === undefined) return images;
  const { mean, deviation } = normalization;
  return tf.tidy(() => tf.div(tf.sub(images, tf.tensor1d([...mean])), tf.tensor1d([...deviation])));
}
