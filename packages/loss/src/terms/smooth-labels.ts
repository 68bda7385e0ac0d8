import * as tf from "@tensorflow/tfjs-core";

/**
 * Class targets with label smoothing for losses that see each class as a yes or no of its own: 1 − ε/2 for the class,
 * ε/2 for the others (YOLOv5 6.1, after Müller et al. 2019).
 *
 * @param labels [...] int32, class numbers
 * @param nc number of classes
 * @param smoothing ε, in 0..1
 * @returns [..., nc]
 */
export function smoothLabels(labels: tf.Tensor, nc: number, smoothing = 0): tf.Tensor {
  return tf.oneHot(labels as tf.Tensor1D, nc, 1 - smoothing / 2, smoothing / 2, "float32");
}
