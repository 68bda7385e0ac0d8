import { type AnchorPoints, boxDistances, sideDistances, xyxyToDistances } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";
import { distributionFocalLoss } from "./dfl.ts";

/** What {@link sideLoss} compares with. */
export interface SideTargets {
  /** xyxy [K, 4] in cells. */
  corners: tf.Tensor;
  /** The anchors, of each row one. */
  grid: AnchorPoints;
  /** Height and width of the images, in pixels. */
  size: readonly [height: number, width: number];
}

/**
 * How far the distances of boxes' sides are off, the mean of the four [K]: the distribution focal loss of their bins. Of one
 * bin it is the absolute difference, left and right by the image's width, top and bottom by its height (YOLO26, arXiv 2606.03748, as
 * Ultralytics 8.4 has it); the targets are not limited then, and negative where an anchor lies outside the box.
 *
 * @param bins [K, 4, regMax], in cells
 */
export function sideLoss(bins: tf.Tensor3D, { corners, grid, size: [height, width] }: SideTargets): tf.Tensor {
  const regMax = bins.shape[2];
  if (regMax > 1) return tf.mean(distributionFocalLoss(bins, xyxyToDistances(corners, grid.points, regMax)), 1);
  const off = tf.abs(tf.sub(boxDistances(bins), sideDistances(corners, grid.points)));
  const shares = tf.tensor2d([[1 / width, 1 / height, 1 / width, 1 / height]]);
  return tf.mean(tf.mul(off, tf.mul(grid.strides, shares)), 1);
}
