import * as tf from "@tensorflow/tfjs-core";
import {
  type Affine,
  type BatchNormResult,
  batchNormTrain,
  type WholeBatch,
  wholeCount,
  wholeStatistics,
} from "./batch-norm.ts";
import {
  type Conv2dOptions,
  conv2d,
  conv2dFilterGradient,
  conv2dInputGradient,
  conv2dWithBias,
  isKernelConv,
} from "./conv2d.ts";
import { type ActivationName, activations } from "./silu.ts";

/** Options of {@link convBnAct}. */
export interface ConvBnActOptions extends Conv2dOptions {
  /** Added to the variance before the root is taken. */
  eps: number;
  /** What follows the normalization. */
  activation: ActivationName;
  /**
   * A guess of the convolution's mean per channel [out], such as the running mean. It changes no result: subtracting it
   * first keeps the digits of the sums below.
   */
  shift: tf.Tensor1D;
  /** Default: the batch is the rank's own. */
  whole?: WholeBatch | undefined;
}

/**
 * Convolution, batch normalization with the statistics of the batch, activation: YOLO's usual layer in training.
 *
 * x [N, H, W, in], filter [kh, kw, in / groups, out], gamma and beta [out] → y [N, H', W', out] and the batch's mean and
 * biased variance [out]. No gradient is wanted of the statistics.
 *
 * The gradient is that of convolution and normalization together (Ioffe and Szegedy, arXiv 1502.03167, section 3),
 * arranged to pass over memory as few times as it can: the normalization's factor per channel goes into the filter and
 * into the filter's gradient, which are small, in place of the map.
 */
export function convBnAct(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  { gamma, beta, eps, activation, shift, whole, ...geometry }: Affine & ConvBnActOptions,
): BatchNormResult {
  if (!isKernelConv(geometry)) {
    // A gradient taken inside a gradient would end TensorFlow.js's tape, so what has no gradient kernel goes step by step.
    const { y, ...batch } = batchNormTrain(conv2d(x, filter, geometry), { gamma, beta }, { eps, whole, shift });
    return { y: activations[activation](y), ...batch };
  }
  const map = conv2dWithBias(x, filter, { ...geometry, bias: tf.neg(shift) });
  const { mean, variance } = whole === undefined ? statistics(map) : wholeStatistics(map, whole);
  const root = tf.rsqrt(tf.add(variance, eps)) as tf.Tensor1D;
  const normalize = tf.customGrad((...args) => {
    const [input, weights, factor, offset, save] = args as unknown as [
      tf.Tensor4D,
      tf.Tensor4D,
      tf.Tensor1D,
      tf.Tensor1D,
      tf.GradSaveFunc,
    ];
    const scale = tf.mul(factor, root);
    save([input, weights, factor, map, mean, root]);
    return {
      value: tf.add(tf.mul(map, scale), tf.sub(offset, tf.mul(mean, scale))),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        convBnGradient(dy as tf.Tensor4D, saved as Saved, { ...geometry, whole }),
    };
  });
  const normalized = normalize(x, filter, gamma, beta) as tf.Tensor4D;
  return { y: activations[activation](normalized), mean: tf.add(mean, shift), variance };
}

/** Mean and biased variance per channel, from sums that need no centered copy of the map. */
function statistics(map: tf.Tensor4D): { mean: tf.Tensor1D; variance: tf.Tensor1D } {
  const mean = tf.mean(map, [0, 1, 2]) as tf.Tensor1D;
  const variance = tf.sub(tf.mean(tf.square(map), [0, 1, 2]), tf.square(mean));
  // Rounding may move the variance of a constant channel below zero.
  return { mean, variance: tf.relu(variance) as tf.Tensor1D };
}

/** What the gradient needs: input, filter, gamma, the convolution's map less the shift, its mean, 1 / √(variance + eps). */
type Saved = [tf.Tensor4D, tf.Tensor4D, tf.Tensor1D, tf.Tensor4D, tf.Tensor1D, tf.Tensor1D];

/** Gradients with respect to x, filter, gamma and beta. */
function convBnGradient(
  dy: tf.Tensor4D,
  saved: Saved,
  { whole, ...geometry }: Conv2dOptions & Pick<ConvBnActOptions, "whole">,
): tf.Tensor[] {
  const [x, filter, gamma, map, mean, root] = saved;
  const dBeta = tf.sum(dy, [0, 1, 2]);
  const dGamma = tf.mul(root, tf.sub(tf.sum(tf.mul(dy, map), [0, 1, 2]), tf.mul(mean, dBeta)));
  // The map's gradient is γ · root · (dy + slope · map + level).
  const { ofGamma, ofBeta, share } =
    whole === undefined ? ownSums(map, { dGamma, dBeta }) : wholeSums(map, { dGamma, dBeta }, whole);
  const slope = tf.mul(tf.mul(root, ofGamma), share);
  const level = tf.sub(tf.mul(ofBeta, share), tf.mul(mean, slope));
  const gradient = tf.add(tf.add(tf.mul(map, slope), dy), level) as tf.Tensor4D;
  const scale = tf.mul(gamma, root);
  return [
    conv2dInputGradient(gradient, tf.mul(filter, scale) as tf.Tensor4D, { ...geometry, inputShape: x.shape }),
    tf.mul(conv2dFilterGradient(x, gradient, { ...geometry, filterShape: filter.shape }), scale),
    dGamma,
    dBeta,
  ];
}

/** Gradients with respect to gamma and beta. */
interface AffineGradients {
  dGamma: tf.Tensor;
  dBeta: tf.Tensor;
}

/** What all values of a channel get of the statistics' gradient: the gradients of gamma and beta times −1 / count. */
interface StatisticsGradient {
  ofGamma: tf.Tensor;
  ofBeta: tf.Tensor;
  share: tf.Tensor | number;
}

function ownSums(map: tf.Tensor4D, { dGamma, dBeta }: AffineGradients): StatisticsGradient {
  return { ofGamma: dGamma, ofBeta: dBeta, share: -map.shape[3] / map.size };
}

/** As {@link ownSums} of all ranks: a rank's values take part in the statistics of all. */
function wholeSums(map: tf.Tensor4D, { dGamma, dBeta }: AffineGradients, whole: WholeBatch): StatisticsGradient {
  const sums = whole.sum(tf.concat([dGamma, dBeta] as tf.Tensor1D[]));
  const [ofGamma, ofBeta] = tf.split<tf.Tensor>(sums, 2) as [tf.Tensor, tf.Tensor];
  return { ofGamma, ofBeta, share: tf.neg(tf.div(whole.weight, wholeCount(map, whole))) };
}
