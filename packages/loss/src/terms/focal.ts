import * as tf from "@tensorflow/tfjs-core";
import { type BceOptions, crossEntropy, reduce } from "./bce-with-logits.ts";

/** Settings of {@link focalWithLogits} and {@link qualityFocalWithLogits}. */
export interface FocalOptions extends BceOptions {
  /** Power of the factor that lowers the weight of what is already right. */
  gamma?: number;
  /** Share of objects in the weight, 1 − alpha that of background; `null` weighs both alike. */
  alpha?: number | null;
}

/** Settings of {@link varifocalWithLogits}. */
export interface VarifocalOptions extends Omit<BceOptions, "positiveWeight"> {
  /** Power of the probability of background. Default 2. */
  gamma?: number;
  /** Weight of background. Default 0.75. */
  alpha?: number;
}

/**
 * Focal loss (Lin et al. 2017): αₜ · (1 − pₜ)^γ · BCE, with p = σ(x), pₜ = t·p + (1 − t)·(1 − p) and
 * αₜ = t·α + (1 − t)·(1 − α), which is also how soft targets are read (YOLOv5 6.1, `fl_gamma`).
 *
 * The gradient flows through the factor as well as through the cross-entropy, none to the targets.
 *
 * @param logits any shape
 * @param targets of a shape that broadcasts to that of the logits, in 0..1
 * @param options γ 1.5 and α 0.25 by default
 * @returns nats, of the logits' shape or a scalar
 */
export function focalWithLogits(
  logits: tf.Tensor,
  targets: tf.Tensor,
  { gamma = 1.5, alpha = 0.25, ...options }: FocalOptions = {},
): tf.Tensor {
  return weighted(logits, targets, {
    ...options,
    factor(p, t) {
      // 1 − pₜ = p + t − 2·t·p, and its slope in p is 1 − 2·t.
      const slope = tf.sub(1, tf.mul(t, 2));
      const wrong = tf.add(tf.mul(p, slope), t);
      return scaledFactor({ base: wrong, slope, gamma }, share(t, alpha));
    },
  });
}

/**
 * Quality focal loss (Generalized Focal Loss, Li et al. 2020): |t − p|^γ · BCE, for targets that say how good a box is.
 * Shapes, gradient and α are those of {@link focalWithLogits}.
 *
 * @param options γ 2 and no α by default
 */
export function qualityFocalWithLogits(
  logits: tf.Tensor,
  targets: tf.Tensor,
  { gamma = 2, alpha = null, ...options }: FocalOptions = {},
): tf.Tensor {
  return weighted(logits, targets, {
    ...options,
    factor(p, t) {
      const error = tf.sub(p, t);
      return scaledFactor({ base: tf.abs(error), slope: tf.sign(error), gamma }, share(t, alpha));
    },
  });
}

/**
 * Varifocal loss (VarifocalNet, Zhang et al. 2021): q · BCE for objects of quality q > 0, α · p^γ · BCE for background,
 * so that good examples count most and easy background little. Shapes and gradient are those of {@link focalWithLogits}.
 *
 * @param targets qualities in 0..1
 */
export function varifocalWithLogits(
  logits: tf.Tensor,
  targets: tf.Tensor,
  { gamma = 2, alpha = 0.75, ...options }: VarifocalOptions = {},
): tf.Tensor {
  return weighted(logits, targets, {
    ...options,
    factor(p, t) {
      const background = tf.cast(tf.lessEqual(t, 0), "float32");
      const { value, slope } = scaledFactor({ base: p, slope: tf.scalar(1), gamma }, tf.mul(background, alpha));
      return { value: tf.add(value, tf.relu(t)), slope };
    },
  });
}

/** A factor of the cross-entropy as a function of the probability, and its derivative. */
type Factor = Record<"value" | "slope", tf.Tensor>;

interface WeightedOptions extends BceOptions {
  factor: (p: tf.Tensor, t: tf.Tensor) => Factor;
}

/** factor(p, t) · BCE, with the gradient by the product rule: finite wherever the factor's slope is. */
function weighted(
  logits: tf.Tensor,
  targets: tf.Tensor,
  { factor, positiveWeight = 1, reduction = "none" }: WeightedOptions,
): tf.Tensor {
  const loss = tf.customGrad((x, save) => {
    const input = x as tf.Tensor;
    (save as tf.GradSaveFunc)([input, targets]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [z, t] = saved as [tf.Tensor, tf.Tensor];
      const p = tf.sigmoid(z);
      const { value, slope } = factor(p, t);
      const w = tf.add(tf.mul(t, positiveWeight - 1), 1);
      const ofEntropy = tf.mul(value, tf.sub(tf.mul(w, p), tf.mul(t, positiveWeight)));
      // p·(1 − p) first: it is 0 where the cross-entropy grows without bound.
      const ofFactor = tf.mul(tf.mul(tf.mul(p, tf.sub(1, p)), slope), crossEntropy(z, t, positiveWeight));
      return tf.mul(tf.add(ofEntropy, ofFactor), dy);
    };
    const { value } = factor(tf.sigmoid(input), targets);
    return { value: reduce(tf.mul(value, crossEntropy(input, targets, positiveWeight)), reduction), gradFunc };
  });
  return loss(logits);
}

/** weight · base^γ and its derivative weight · γ · base^(γ − 1) · slope. */
function scaledFactor(
  { base, slope, gamma }: { base: tf.Tensor; slope: tf.Tensor; gamma: number },
  weight: tf.Tensor,
): Factor {
  // Rounding can bring 1 − pₜ a little below 0, and powers below 0 are infinite at 0.
  const safe = tf.maximum(base, 1e-12);
  const factor = tf.pow(safe, gamma);
  return {
    value: tf.mul(weight, factor),
    slope: tf.mul(tf.mul(weight, slope), tf.mul(tf.div(factor, safe), gamma)),
  };
}

/** α for objects, 1 − α for background, in between for what is in between; 1 without an α. */
function share(targets: tf.Tensor, alpha: number | null): tf.Tensor {
  return alpha === null ? tf.scalar(1) : tf.add(tf.mul(targets, 2 * alpha - 1), 1 - alpha);
}
