import * as tf from "@tensorflow/tfjs-core";

/** Normalization settings of YOLO's BatchNorm layers (YOLOv5 6.1 and Ultralytics 8.3 set them on every layer). */
export const batchNormDefaults = { eps: 1e-3, momentum: 0.03 } as const;

/** The result of {@link batchNormTrain}. */
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

/** x [N, H, W, C] → y = γ · (x − mean) / √(variance + eps) + β, the statistics taken over the batch's N, H and W. */
export function batchNormTrain(x: tf.Tensor4D, { gamma, beta }: Affine, eps: number): BatchNormResult {
  const mean = tf.mean(x, [0, 1, 2]) as tf.Tensor1D;
  const centered = tf.sub(x, mean) as tf.Tensor4D;
  const variance = tf.mean(tf.square(centered), [0, 1, 2]) as tf.Tensor1D;
  const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, eps)));
  return { y: tf.add(tf.mul(centered, scale), beta), mean, variance };
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
 * As in PyTorch the running variance uses the unbiased one, biased · n / (n − 1), where n is `count`, N · H · W.
 */
export function updateRunning(
  running: { mean: tf.Variable; variance: tf.Variable },
  batch: Omit<BatchNormResult, "y">,
  { momentum, count }: { momentum: number; count: number },
): void {
  tf.tidy(() => {
    const unbiased = momentum * (count / Math.max(1, count - 1));
    running.mean.assign(tf.add(tf.mul(running.mean, 1 - momentum), tf.mul(batch.mean, momentum)));
    running.variance.assign(tf.add(tf.mul(running.variance, 1 - momentum), tf.mul(batch.variance, unbiased)));
  });
}
