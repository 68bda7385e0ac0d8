import * as tf from "@tensorflow/tfjs-core";

/** Keeps logarithms and divisions finite; the value of YOLOv8 8.3. */
const EPSILON = 1e-7;

/**
 * Overlap of rotated boxes that correspond to each other, as overlap of Gaussians with the boxes' center and spread (Llerena
 * et al. 2021, arXiv 2106.06072): 1 − √(1 − e^(−B)), B the Bhattacharyya distance, limited to 1e-7 … 100.
 *
 * Equal boxes have about 0.9995, as in YOLOv8 8.3. The angle of a square makes no difference, nor a quarter turn with width
 * and height exchanged.
 *
 * @param a boxes [..., 5]: center x, y, width, height, angle in radians; any unit
 * @param b boxes [..., 5] in the same unit; the leading dimensions broadcast
 * @returns [...], in 0 to 1
 */
export function probiou(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const [p, q] = [gaussian(a), gaussian(b)];
    const xx = tf.add(p.xx, q.xx);
    const yy = tf.add(p.yy, q.yy);
    const xy = tf.add(p.xy, q.xy);
    const [dx, dy] = [tf.sub(q.x, p.x), tf.sub(p.y, q.y)];
    const determinant = tf.sub(tf.mul(xx, yy), tf.square(xy));
    const spread = tf.add(determinant, EPSILON);
    const apart = tf.add(tf.mul(xx, tf.square(dy)), tf.mul(yy, tf.square(dx)));
    const turned = tf.mul(tf.mul(xy, dx), dy);
    const distance = tf.div(tf.add(tf.div(apart, 4), tf.div(turned, 2)), spread);
    // The floor is far below epsilon, and keeps the root's slope finite for boxes without area.
    const product = tf.sqrt(tf.maximum(tf.mul(p.determinant, q.determinant), 1e-30));
    const ratio = tf.div(determinant, tf.add(tf.mul(product, 4), EPSILON));
    const unlike = tf.mul(tf.log(tf.add(ratio, EPSILON)), 0.5);
    const bhattacharyya = tf.clipByValue(tf.add(distance, unlike), EPSILON, 100);
    return tf.sub(1, tf.sqrt(tf.add(tf.sub(1, tf.exp(tf.neg(bhattacharyya))), EPSILON)));
  });
}

/** Center, covariance and its determinant, each [...]. */
function gaussian(boxes: tf.Tensor): Record<"x" | "y" | "xx" | "yy" | "xy" | "determinant", tf.Tensor> {
  const planes = tf.unstack(boxes, boxes.rank - 1);
  const [x, y, w, h, r] = planes as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  // The variance of a uniform distribution along each side.
  const [along, across] = [tf.div(tf.square(w), 12), tf.div(tf.square(h), 12)];
  const [cos, sin] = [tf.cos(r), tf.sin(r)];
  const [cos2, sin2] = [tf.square(cos), tf.square(sin)];
  const xx = tf.add(tf.mul(along, cos2), tf.mul(across, sin2));
  const yy = tf.add(tf.mul(along, sin2), tf.mul(across, cos2));
  const xy = tf.mul(tf.mul(tf.sub(along, across), cos), sin);
  const determinant = tf.maximum(tf.sub(tf.mul(xx, yy), tf.square(xy)), 0);
  return { x, y, xx, yy, xy, determinant };
}
