import * as tf from "@tensorflow/tfjs-core";

/**
 * Class targets with label smoothing for losses that see each class as a yes or no of its own: 1 − ε/2 for the class,
 * ε/2 for the others (YOLOv5 6.1, after Müller et al. 2019).
 *
 * @param labels [...] int32, class numbers
 * @param nc number of classes, from 1
 * @param smoothing ε, in 0..1
 * @returns [..., nc]
 */
export function smoothLabels(labels: tf.Tensor, nc: number, smoothing = 0): tf.Tensor {
  return tf.tidy(() => {
    // Not tf.oneHot, which refuses to do it for one class.
    const isClass = tf.cast(tf.equal(tf.expandDims(labels, -1), tf.range(0, nc, 1, "int32")), "float32");
    return smoothing === 0 ? isClass : tf.add(tf.mul(isClass, 1 - smoothing), smoothing / 2);
  });
}
