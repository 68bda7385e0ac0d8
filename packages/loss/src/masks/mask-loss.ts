import * as tf from "@tensorflow/tfjs-core";

/** Rows of coefficients in Q blocks of C rows, and what they are to learn. */
export interface MaskRows {
  /** [Q·C, D]. */
  coefficients: tf.Tensor2D;
  /** [Q] int32, image of each block. */
  images: tf.Tensor1D;
  /** [Q·C] int32, the row's object. */
  objects: tf.Tensor1D;
  /** [Q·C], what each row counts; 0 for rows that fill up. */
  weights: tf.Tensor1D;
}

/** Settings of {@link maskLoss}. */
export interface MaskLossOptions {
  /** Pairs of a row and a pixel that are computed at once, at least those of a block. Default 4,194,304. */
  pairsAtOnce?: number;
}

/**
 * Binary cross-entropy of masks that are sums of prototypes: Σ over rows of weight · Σ over the pixels of the object's box of
 * BCE(coefficients · prototypes, whether the object covers the pixel). YOLACT (Bolya et al. 2019); cropped as in YOLOv5 7.0 and
 * YOLOv8 8.3, the loss rather than the prediction.
 *
 * Logits of all rows and pixels would need hundreds of megabytes. They are computed a few blocks at a time, and the gradient
 * along with them, so that none of them is stored for later. Where only the value is asked for, a backend that records
 * graphs leaves the gradient out.
 *
 * @param prototypes [B, h, w, D]
 * @param signs [R, h·w] of {@link objectSigns}
 * @returns a scalar; differentiable in coefficients and prototypes
 */
export function maskLoss(
  rows: MaskRows,
  prototypes: tf.Tensor4D,
  { signs, pairsAtOnce = 2 ** 22 }: MaskLossOptions & { signs: tf.Tensor2D },
): tf.Scalar {
  const loss = tf.customGrad((coefficients, maps, save) => {
    const given = { ...rows, coefficients: coefficients as tf.Tensor2D };
    const { value, gradients } = computeLoss(given, maps as tf.Tensor4D, { signs, pairsAtOnce });
    (save as tf.GradSaveFunc)(gradients);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => saved.map((gradient) => tf.mul(gradient, dy));
    return { value, gradFunc };
  });
  return loss(rows.coefficients, prototypes) as tf.Scalar;
}

function computeLoss(
  { coefficients, images, objects, weights }: MaskRows,
  prototypes: tf.Tensor4D,
  { signs, pairsAtOnce }: Required<MaskLossOptions> & { signs: tf.Tensor2D },
): { value: tf.Tensor; gradients: [tf.Tensor, tf.Tensor] } {
  const [batch, height, width, depth] = prototypes.shape;
  const pixels = height * width;
  const [blocks] = images.shape;
  const size = coefficients.shape[0] / blocks;
  const maps = tf.reshape(prototypes, [batch, pixels, depth]);
  const atOnce = Math.max(1, Math.floor(pairsAtOnce / (size * pixels)));
  const groups = Array.from({ length: Math.ceil(blocks / atOnce) }, (_, group) => {
    const [first, count] = [group * atOnce, Math.min(atOnce, blocks - group * atOnce)];
    const ofBlocks = (values: tf.Tensor, ...rest: number[]): tf.Tensor =>
      tf.reshape(tf.slice(values, [first * size], [count * size]), [count, size, ...rest]);
    const own = tf.gather(maps, tf.slice(images, [first], [count]));
    const factors = tf.expandDims(ofBlocks(weights), 2);
    const rows = ofBlocks(coefficients, depth);
    const sign = tf.reshape(tf.gather(signs, tf.slice(objects, [first * size], [count * size])), [count, size, pixels]);
    // The cross-entropy is softplus(−z) for pixels of the object, softplus(z) for others.
    const wrong = tf.mul(tf.matMul(rows, own, false, true), sign);
    const losses = tf.sum(tf.mul(tf.softplus(wrong), tf.abs(sign)), 2, true);
    const slopes = tf.mul(tf.sigmoid(wrong), sign);
    return {
      value: tf.sum(tf.mul(losses, factors)),
      rows: tf.mul(tf.matMul(slopes, own), factors),
      maps: tf.matMul(slopes, tf.mul(rows, factors), true, false),
    };
  });
  const ofMaps = tf.reshape(tf.concat(groups.map((group) => group.maps)), [blocks, pixels * depth]);
  // A matmul in place of a scatter: which block is of which image.
  const owners = tf.cast(tf.equal(tf.reshape(tf.range(0, batch, 1, "int32"), [batch, 1]), images), "float32");
  return {
    value: tf.addN(groups.map((group) => group.value)),
    gradients: [
      tf.reshape(tf.concat(groups.map((group) => group.rows)), coefficients.shape),
      tf.reshape(tf.matMul(owners, ofMaps as tf.Tensor2D), prototypes.shape),
    ],
  };
}

/**
 * What pixels are to objects: −1 where the object covers a pixel of its box, 1 where it does not, 0 outside the box.
 *
 * A pixel x, y belongs to a box where x1 ≤ x < x2 and y1 ≤ y < y2, sides as they are, not rounded (YOLOv5 7.0, YOLOv8 8.3).
 *
 * @param boxes [B, M, 4] xyxy in pixels of the masks
 * @param masks [B, h, w], object's row in its image + 1 where objects share a map, or [B, M, h, w], 0 or 1
 * @returns [B·M, h·w]
 */
export function objectSigns(boxes: tf.Tensor3D, masks: tf.Tensor): tf.Tensor2D {
  const [batch, objects] = boxes.shape;
  const [height, width] = masks.shape.slice(-2) as [number, number];
  const shape = [batch, objects, 1, 1];
  const [x1, y1, x2, y2] = tf.unstack(tf.reshape(boxes, [...shape, 4]), 4) as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ];
  const within = (low: tf.Tensor, high: tf.Tensor, places: tf.Tensor): tf.Tensor =>
    tf.cast(tf.logicalAnd(tf.greaterEqual(places, low), tf.less(places, high)), "float32");
  const box = tf.mul(within(x1, x2, tf.range(0, width)), within(y1, y2, tf.reshape(tf.range(0, height), [height, 1])));
  return tf.reshape(tf.mul(box, coverSigns(masks, objects)), [batch * objects, height * width]);
}

/** −1 for pixels that an object covers, 1 for others, [B, M, h, w]. */
function coverSigns(masks: tf.Tensor, objects: number): tf.Tensor {
  if (masks.rank === 4) return tf.sub(1, tf.mul(masks, 2));
  const numbers = tf.reshape(tf.range(1, objects + 1), [1, objects, 1, 1]);
  return tf.sub(1, tf.mul(tf.cast(tf.equal(tf.expandDims(masks, 1), numbers), "float32"), 2));
}
