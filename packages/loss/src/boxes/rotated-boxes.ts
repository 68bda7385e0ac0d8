import { decodeAngles, distancesToRotated, xywhToXyxy } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";
import { probiou } from "../terms/probiou.ts";
import type { BoxKind } from "./box-kind.ts";

/**
 * Rotated boxes: center x, y, width, height, and the angle in radians that turns the width toward positive y. They are
 * compared by probiou; points on the border lie inside; sides are learned as those of the unturned box, so that the angle
 * learns through probiou alone (YOLOv8 8.3). The head's own channel is the angle's logit: r = (σ(x) − 0.25)·π.
 */
export const rotatedBoxes: BoxKind = {
  columns: 5,
  decode: (distances, own, points) => withAngles(distances, points, decodeAngles(own as tf.Tensor)),
  scale(boxes, factor) {
    const [lengths, angle] = tf.split<tf.Tensor>(boxes, [4, 1], -1) as [tf.Tensor, tf.Tensor];
    return tf.concat([tf.mul(lengths, factor), angle], -1);
  },
  overlap: (a, b) => tf.maximum(probiou(a, b), 0),
  contains(boxes, mask, points) {
    const [x, y, w, h, r] = tf.unstack(tf.expandDims(boxes, 2), 3) as [Plane, Plane, Plane, Plane, Plane];
    const [px, py] = tf.unstack(points, 1) as [Plane, Plane];
    const [dx, dy] = [tf.sub(px, x), tf.sub(py, y)];
    const [cos, sin] = [tf.cos(r), tf.sin(r)];
    const along = tf.abs(tf.add(tf.mul(dx, cos), tf.mul(dy, sin)));
    const across = tf.abs(tf.sub(tf.mul(dy, cos), tf.mul(dx, sin)));
    // No distance is below −1, which is half of what padding's width becomes.
    const present = tf.expandDims(mask, 2);
    const width = tf.sub(tf.mul(w, present), tf.mul(tf.sub(1, present), 2));
    return tf.logicalAnd(tf.lessEqual(along, tf.div(width, 2)), tf.lessEqual(across, tf.div(h, 2)));
  },
  widen(boxes, side) {
    const [center, lengths, angle] = tf.split<tf.Tensor>(boxes, [2, 2, 1], 2) as [Plane, Plane, Plane];
    return tf.concat([center, tf.maximum(lengths, side), angle], 2) as tf.Tensor3D;
  },
  corners: (boxes) =>
    xywhToXyxy(
      tf.slice(
        boxes,
        boxes.shape.map(() => 0),
        [...boxes.shape.slice(0, -1), 4],
      ),
    ),
};

/** {@link rotatedBoxes} of heads whose own channel is the angle itself, in radians (YOLO26 8.4). */
export const rotatedBoxesInRadians: BoxKind = {
  ...rotatedBoxes,
  decode: (distances, own, points) => withAngles(distances, points, own as tf.Tensor),
};

/** Boxes [..., A, 5] from the distances of their sides and their angles. */
function withAngles(distances: tf.Tensor, points: tf.Tensor2D, angles: tf.Tensor): tf.Tensor {
  return tf.concat([distancesToRotated(distances, points, angles), angles], -1);
}

type Plane = tf.Tensor;
