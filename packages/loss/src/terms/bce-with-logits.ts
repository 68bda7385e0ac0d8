import * as tf from "@tensorflow/tfjs-core";

/**
 * One number per element (`none`) or their sum. The sum's gradient needs no tensor of ones the size of the
 * logits, which autodiff would otherwise create for every batch.
 */
export type Reduction = "none" | "sum";

/** The values, or their sum axis by axis: one long run of additions would lose digits in float32. */
export function reduce(values: tf.Tensor, reduction: Reduction): tf.Tensor {
  if (reduction === "none" || values.rank === 0) return values;
  return reduce(tf.sum(values, -1), reduction);
}

/** Settings of {@link bceWithLogits}. */
export interface BceOptions {
  /** Default `none`. */
  reduction?: Reduction;
  /** What an object counts against background: the factor of the first term (`cls_pw`, `obj_pw`). Default 1. */
  positiveWeight?: number;
}

/** A loss of logits against targets in 0..1, element by element. */
export type LogitLoss = (logits: tf.Tensor, targets: tf.Tensor, options?: BceOptions) => tf.Tensor;

/**
 * Binary cross-entropy of p = sigmoid(x), element by element: −w·t·log p − (1 − t)·log(1 − p), w the positive weight.
 *
 * Computed as softplus(x) − x·t, which neither overflows nor computes the logarithm of 0, and with a weight as
 * (1 − t)·x + (1 + (w − 1)·t)·softplus(−x). No gradient flows to the targets; that of the logits is σ(x) − t, with a
 * weight (1 + (w − 1)·t)·σ(x) − w·t.
 *
 * @param logits any shape
 * @param targets of a shape that broadcasts to that of the logits, in 0..1
 * @returns nats, of the logits' shape or a scalar
 */
export function bceWithLogits(
  logits: tf.Tensor,
  targets: tf.Tensor,
  { reduction = "none", positiveWeight = 1 }: BceOptions = {},
): tf.Tensor {
  const loss = tf.customGrad((x, save) => {
    const input = x as tf.Tensor;
    (save as tf.GradSaveFunc)([input, targets]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [z, t] = saved as [tf.Tensor, tf.Tensor];
      const p = tf.sigmoid(z);
      if (positiveWeight === 1) return tf.mul(tf.sub(p, t), dy);
      return tf.mul(tf.sub(tf.mul(emphasis(t, positiveWeight), p), tf.mul(t, positiveWeight)), dy);
    };
    return { value: reduce(crossEntropy(input, targets, positiveWeight), reduction), gradFunc };
  });
  return loss(logits);
}

/** The values of {@link bceWithLogits}, without a gradient of its own. */
export function crossEntropy(logits: tf.Tensor, targets: tf.Tensor, positiveWeight: number): tf.Tensor {
  if (positiveWeight === 1) return tf.sub(tf.softplus(logits), tf.mul(logits, targets));
  const wrong = tf.mul(emphasis(targets, positiveWeight), tf.softplus(tf.neg(logits)));
  return tf.add(tf.mul(tf.sub(1, targets), logits), wrong);
}

/** 1 for background, the positive weight for objects. */
function emphasis(targets: tf.Tensor, positiveWeight: number): tf.Tensor {
  return tf.add(tf.mul(targets, positiveWeight - 1), 1);
}
