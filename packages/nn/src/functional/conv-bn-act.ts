import type * as tf from "@tensorflow/tfjs-core";
import { type ActivationName, activations } from "./activation.ts";
import { type Affine, type BatchNormResult, batchNormTrain } from "./batch-norm.ts";
import { type Conv2dOptions, conv2d } from "./conv2d.ts";

/** Options of {@link convBnAct}. */
export interface ConvBnActOptions extends Conv2dOptions {
  /** Added to the variance before the root is taken. */
  eps: number;
  /** What follows the normalisation. */
  activation: ActivationName;
}

/**
 * Convolution, batch normalisation with the statistics of the batch, activation: YOLO's usual layer in training.
 *
 * x [N, H, W, in], filter [kh, kw, in / groups, out], gamma and beta [out] → y [N, H', W', out] and the batch's mean and
 * biased variance [out]. No gradient is wanted of the statistics. This is the one place for a fused gradient.
 */
export function convBnAct(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  { gamma, beta, eps, activation, ...geometry }: Affine & ConvBnActOptions,
): BatchNormResult {
  const { y, mean, variance } = batchNormTrain(conv2d(x, filter, geometry), { gamma, beta }, eps);
  return { y: activations[activation](y), mean, variance };
}
