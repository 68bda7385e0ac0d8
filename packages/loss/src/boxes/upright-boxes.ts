import { distancesToXyxy } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";
import { boxIou, reshapePlanes, splitPlanes } from "../terms/ciou.ts";
import type { BoxKind } from "./box-kind.ts";

/** Upright boxes x1, y1, x2, y2, which are compared by CIoU; points inside lie strictly inside (YOLOv8 8.3). */
export const uprightBoxes: BoxKind = {
  columns: 4,
  decode: (distances, _own, points) => distancesToXyxy(distances, points),
  scale: (boxes, factor) => tf.mul(boxes, factor),
  overlap: (a, b) => boxIou(a, b, { kind: "ciou" }),
  contains(boxes, mask, points) {
    const shape = [...mask.shape, 1];
    const { x1, y1, x2, y2 } = reshapePlanes(splitPlanes(boxes), shape);
    const [x, y] = tf.unstack(points, 1) as [tf.Tensor, tf.Tensor];
    // Padding's right side moves to −∞: cheaper than one more pass over all pairs.
    const right = tf.sub(x2, tf.mul(tf.sub(1, tf.reshape(mask, shape)), 1e9));
    const across = tf.logicalAnd(tf.greater(x, x1), tf.greater(right, x));
    return tf.logicalAnd(across, tf.logicalAnd(tf.greater(y, y1), tf.greater(y2, y)));
  },
  widen(boxes, side) {
    const [low, high] = tf.split<tf.Tensor>(boxes, 2, 2) as [tf.Tensor, tf.Tensor];
    const isShort = tf.less(tf.sub(high, low), side);
    // Sides that are long enough stay as they are, to the last bit: an anchor may lie on them.
    const center = tf.div(tf.add(low, high), 2);
    const sides = [tf.where(isShort, tf.sub(center, side / 2), low), tf.where(isShort, tf.add(center, side / 2), high)];
    return tf.concat(sides, 2) as tf.Tensor3D;
  },
  corners: (boxes) => boxes,
};
