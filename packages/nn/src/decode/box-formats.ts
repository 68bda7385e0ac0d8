import * as tf from "@tensorflow/tfjs-core";

/** Boxes [..., 4] from center, width, height to two corners. Differentiable. */
export function xywhToXyxy(boxes: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const [center, size] = tf.split(boxes, 2, -1) as [tf.Tensor, tf.Tensor];
    const half = tf.mul(size, 0.5);
    return tf.concat([tf.sub(center, half), tf.add(center, half)], -1);
  });
}

/** Boxes [..., 4] from two corners to center, width, height. Differentiable. */
export function xyxyToXywh(boxes: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const [low, high] = tf.split(boxes, 2, -1) as [tf.Tensor, tf.Tensor];
    return tf.concat([tf.mul(tf.add(low, high), 0.5), tf.sub(high, low)], -1);
  });
}
