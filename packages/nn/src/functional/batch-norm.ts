import * as tf from "@tensorflow/tfjs-core";

/** Normalization settings of YOLO's BatchNorm layers (YOLOv5 6.1 and Ultralytics 8.3 set them on every layer). */
export const batchNormDefaults = { eps: 1e-3, momentum: 0.03 } as const;

/** The result of `batchNormTrain`. */
export interface BatchNormResult {
  /** The normalized map, the shape of the input. */
  y: tf.Tensor4D;
  /** Mean of the batch per channel [C]. */
  mean: tf.Tensor1D;
  /** Biased variance of the batch per channel [C]. */
  variance: tf.Tensor1D;
}

/** The trained factors of a normalization, one of each per channel. */
export interface Affine {
  gamma: tf.Tensor1D;
  beta: tf.Tensor1D;
}

/** A batch whose images several ranks have, each its own, of which statistics are taken together. */
export interface WholeBatch {
  /** The sum over ranks, differentiable. */
  sum(x: tf.Tensor1D): tf.Tensor1D;
  /** Images of all ranks. */
  images: tf.Scalar;
  /** 1, or 0 where a rank's images count for nothing and only fill up. */
  weight: tf.Scalar;
}

/** Options of `batchNormTrain`. */
export interface BatchNormOptions {
  /** Added to the variance before the root is taken. */
  eps: number;
  /** Default: the batch is the rank's own. */
  whole?: WholeBatch | undefined;
  /** A guess of the mean per channel, the same on all ranks: sums over ranks are of what is left without it. Default 0. */
  shift?: tf.Tensor1D;
}

/** x [N, H, W, C] → y = γ · (x − mean) / √(variance + eps) + β, the statistics taken over the batch's N, H and W. */
export function batchNormTrain(
  x: tf.Tensor4D,
  { gamma, beta }: Affine,
  { eps, whole, shift }: BatchNormOptions,
): BatchNormResult {
  if (whole !== undefined) {
    const rest = shift === undefined ? x : (tf.sub(x, shift) as tf.Tensor4D);
    const { mean, variance } = wholeStatistics(rest, whole);
    const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, eps)));
    const y = tf.add(tf.mul(tf.sub(rest, mean), scale), beta) as tf.Tensor4D;
    return { y, mean: shift === undefined ? mean : tf.add(mean, shift), variance };
  }
  const mean = tf.mean(x, [0, 1, 2]) as tf.Tensor1D;
  const centered = tf.sub(x, mean) as tf.Tensor4D;
  const variance = tf.mean(tf.square(centered), [0, 1, 2]) as tf.Tensor1D;
  const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, eps)));
  return { y: tf.add(tf.mul(centered, scale), beta), mean, variance };
}

/** How many values per channel all ranks' maps have, of which x is one. */
export function wholeCount(x: tf.Tensor4D, { images }: WholeBatch): tf.Scalar {
  return tf.mul(images, x.shape[1] * x.shape[2]);
}

/** Mean and biased variance per channel over all ranks, from sums of a map whose mean is small beside its spread. */
export function wholeStatistics(x: tf.Tensor4D, whole: WholeBatch): Omit<BatchNormResult, "y"> {
  const sums = tf.concat([tf.sum(x, [0, 1, 2]), tf.sum(tf.square(x), [0, 1, 2])] as tf.Tensor1D[]);
  const means = tf.div(whole.sum(tf.mul(sums, whole.weight)), wholeCount(x, whole));
  const [mean, square] = tf.split<tf.Tensor1D>(means as tf.Tensor1D, 2) as [tf.Tensor1D, tf.Tensor1D];
  // Rounding may move the variance of a constant channel below zero.
  return { mean, variance: tf.relu(tf.sub(square, tf.square(mean))) as tf.Tensor1D };
}

/** Batch normalization with running statistics: one factor and one offset per channel. x and y [N, H, W, C]. */
export function batchNormEval(
  x: tf.Tensor4D,
  affine: Affine,
  running: Omit<BatchNormResult, "y"> & { eps: number },
): tf.Tensor4D {
  const scale = tf.mul(affine.gamma, tf.rsqrt(tf.add(running.variance, running.eps)));
  const offset = tf.sub(affine.beta, tf.mul(running.mean, scale));
  return tf.add(tf.mul(x, scale), offset);
}

/**
 * Moves running statistics toward those of a batch: running ← (1 − momentum) · running + momentum · batch.
 * As in PyTorch the running variance uses the unbiased one, biased · n / (n − 1), where n is `count`, N · H · W, of all ranks
 * where the statistics are.
 */
export function updateRunning(
  running: { mean: tf.Variable; variance: tf.Variable },
  batch: Omit<BatchNormResult, "y">,
  { momentum, count }: { momentum: number; count: number | tf.Scalar },
): void {
  tf.tidy(() => {
    const unbiased =
      typeof count === "number"
        ? momentum * (count / Math.max(1, count - 1))
        : tf.mul(tf.div(count, tf.maximum(1, tf.sub(count, 1))), momentum);
    running.mean.assign(tf.add(tf.mul(running.mean, 1 - momentum), tf.mul(batch.mean, momentum)));
    running.variance.assign(tf.add(tf.mul(running.variance, 1 - momentum), tf.mul(batch.variance, unbiased)));
  });
}
