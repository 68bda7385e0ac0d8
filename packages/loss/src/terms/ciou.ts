import { stopGradient } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";

/** A member of the IoU family; see {@link boxIou}. */
export type IouKind = "iou" | "giou" | "diou" | "ciou";

/** Settings of {@link boxIou}. */
export interface IouOptions {
  /** Default `iou`. */
  kind?: IouKind;
  /**
   * `padded` adds epsilon to heights, as YOLOv8 8.3 does with corner boxes; `exact` leaves them, as the YOLO releases
   * do with center boxes. It shows in boxes smaller than about a hundredth of a pixel. Default `padded`.
   */
  heights?: "padded" | "exact";
}

/** Keeps divisions finite; the value of YOLOv5 7.0 and YOLOv8 8.3. */
const EPSILON = 1e-7;

/**
 * Overlap of boxes that correspond to each other, by one measure of the IoU family.
 *
 * - `iou`: intersection / union
 * - `giou`: IoU − (hull − union) / hull, hull the smallest box around both (Rezatofighi et al. 2019)
 * - `diou`: IoU − ρ² / c², ρ the distance of the centers, c the hull's diagonal (Zheng et al. 2020)
 * - `ciou`: DIoU − α·v, v = 4/π² · (atan(w₂/h₂) − atan(w₁/h₁))², α = v / (1 − IoU + v) (Zheng et al. 2020)
 *
 * α is constant in the gradient. Epsilon 1e-7 is added to the union, to the hull and to c², and to heights
 * unless the options say otherwise; sides that run backwards count as 0. Points, lines and inverted boxes have finite
 * values and finite gradients.
 *
 * @param a xyxy boxes [..., 4], any unit
 * @param b xyxy boxes [..., 4] in the same unit; the leading dimensions broadcast
 * @returns [...], IoU in [0, 1], the others in about [−1.5, 1]
 */
export function boxIou(a: tf.Tensor, b: tf.Tensor, options: IouOptions = {}): tf.Tensor {
  return tf.tidy(() => planeIou(splitPlanes(a), splitPlanes(b), options));
}

/** {@link boxIou} for boxes that are already planes; the planes of `a` and `b` broadcast. */
export function planeIou(a: BoxPlanes, b: BoxPlanes, options: IouOptions = {}): tf.Tensor {
  const { kind = "iou", heights = "padded" } = options;
  return tf.tidy(() => {
    const sizeA = measure(a, heights);
    const sizeB = measure(b, heights);
    const intersection = tf.mul(side(a.x1, a.x2, b.x1, b.x2), side(a.y1, a.y2, b.y1, b.y2));
    // Epsilon joins the area before it is spread over all pairs.
    const union = tf.sub(tf.add(sizeA.area, tf.add(sizeB.area, EPSILON)), intersection);
    const iou = tf.div(intersection, union);
    if (kind === "iou") return iou;
    const hullWidth = tf.sub(tf.maximum(a.x2, b.x2), tf.minimum(a.x1, b.x1));
    const hullHeight = tf.sub(tf.maximum(a.y2, b.y2), tf.minimum(a.y1, b.y1));
    if (kind === "giou") {
      const hull = tf.add(tf.mul(hullWidth, hullHeight), EPSILON);
      return tf.sub(iou, tf.div(tf.sub(hull, union), hull));
    }
    const diagonal = tf.add(tf.add(tf.square(hullWidth), tf.square(hullHeight)), EPSILON);
    const distance = tf.add(tf.squaredDifference(sizeA.x, sizeB.x), tf.squaredDifference(sizeA.y, sizeB.y));
    const penalty = tf.div(distance, diagonal);
    if (kind === "diou") return tf.sub(iou, penalty);
    return tf.sub(iou, tf.add(penalty, aspectPenalty(sizeA, sizeB, iou)));
  });
}

/** Center, area, and width over height. */
type Size = Record<"x" | "y" | "area" | "aspect", tf.Tensor>;

function measure({ x1, y1, x2, y2 }: BoxPlanes, heights: "padded" | "exact"): Size {
  const width = tf.maximum(tf.sub(x2, x1), 0);
  const exact = tf.maximum(tf.sub(y2, y1), 0);
  const height = heights === "padded" ? tf.add(exact, EPSILON) : exact;
  const aspect = tf.div(width, heights === "padded" ? height : tf.maximum(exact, EPSILON));
  const x = tf.mul(tf.add(x1, x2), 0.5);
  const y = tf.mul(tf.add(y1, y2), 0.5);
  return { x, y, area: tf.mul(width, height), aspect };
}

/** Length that two intervals share. */
function side(aLow: tf.Tensor, aHigh: tf.Tensor, bLow: tf.Tensor, bHigh: tf.Tensor): tf.Tensor {
  return tf.maximum(tf.sub(tf.minimum(aHigh, bHigh), tf.maximum(aLow, bLow)), 0);
}

/** α·v. */
function aspectPenalty(a: Size, b: Size, iou: tf.Tensor): tf.Tensor {
  const angle = ({ aspect }: Size) => tf.mul(tf.atan(aspect), 2 / Math.PI);
  const v = tf.squaredDifference(angle(a), angle(b));
  // Rounding can lift the IoU of equal boxes above 1 by more than epsilon: the floor keeps 0 / 0 away.
  const rest = tf.maximum(tf.add(tf.sub(v, iou), 1 + EPSILON), EPSILON);
  return tf.mul(v, stopGradient(tf.div(v, rest)));
}

/**
 * Boxes as four separate coordinate tensors of one shape, corner form.
 *
 * Two sets of planes that broadcast against each other ([B,M,1] and [B,1,A]) compute all pairs without a tensor of the four
 * coordinates of every pair.
 */
export type BoxPlanes = Record<"x1" | "y1" | "x2" | "y2", tf.Tensor>;

/** Splits xyxy boxes [..., 4] into planes [...]. Differentiable. */
export function splitPlanes(boxes: tf.Tensor): BoxPlanes {
  const [x1, y1, x2, y2] = tf.unstack(boxes, boxes.rank - 1) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  return { x1, y1, x2, y2 };
}

/** Reshapes every plane, e.g. [B,A] → [B,1,A]. */
export function reshapePlanes({ x1, y1, x2, y2 }: BoxPlanes, shape: number[]): BoxPlanes {
  const reshaped = (plane: tf.Tensor): tf.Tensor => tf.reshape(plane, shape);
  return { x1: reshaped(x1), y1: reshaped(y1), x2: reshaped(x2), y2: reshaped(y2) };
}
