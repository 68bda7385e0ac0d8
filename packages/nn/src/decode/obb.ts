import * as tf from "@tensorflow/tfjs-core";

/** Decodes angles in radians, (σ(raw) − 1/4) · π, from −π/4 to 3π/4 (YOLOv8 8.3). Differentiable. */
export function decodeAngles(raw: tf.Tensor): tf.Tensor {
  return tf.mul(tf.sub(tf.sigmoid(raw), 0.25), Math.PI);
}

/**
 * Converts the distances of a turned box's sides from a point inside to center x, center y, width, height. The distances are
 * along the box's own axes; the center lies at half their differences from the point, turned by the angle (YOLOv8 8.3).
 *
 * @param distances [..., A, 4]: left, top, right, bottom
 * @param points [A, 2]: x, y in the same unit
 * @param angles [..., A, 1] in radians, which turn the w-axis toward positive y
 * @returns [..., A, 4] in that unit. Differentiable.
 */
export function distancesToRotated(distances: tf.Tensor, points: tf.Tensor2D, angles: tf.Tensor): tf.Tensor {
  const axis = distances.rank - 1;
  const [leftTop, rightBottom] = tf.split(distances, 2, axis) as [tf.Tensor, tf.Tensor];
  const [x, y] = tf.split(tf.div(tf.sub(rightBottom, leftTop), 2), 2, axis) as [tf.Tensor, tf.Tensor];
  const [cos, sin] = [tf.cos(angles), tf.sin(angles)];
  const turned = tf.concat([tf.sub(tf.mul(x, cos), tf.mul(y, sin)), tf.add(tf.mul(x, sin), tf.mul(y, cos))], axis);
  return tf.concat([tf.add(turned, points), tf.add(leftTop, rightBottom)], axis);
}
