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
  corners: (boxes) => boxes,
};
