import { LookonceError } from "@lookonce/errors";
import * as tf from "@tensorflow/tfjs-core";
import type { HostTensor } from "../targets.ts";
import { smoothLabels } from "../terms/smooth-labels.ts";
import { softmaxCrossEntropy } from "../terms/softmax-cross-entropy.ts";
import { type CriterionLoss, StatelessCriterion, type TrainBatch } from "./criterion.ts";

/** The classes of a batch's images. */
export type ClassifyTargets = {
  /** [B] int32. */
  labels: tf.Tensor1D;
};

/** Settings of {@link classificationLoss}. */
export interface ClassificationLossOptions {
  /** ε: the class has 1 − ε + ε/classes, all others ε/classes. Default 0. */
  labelSmoothing?: number;
}

/**
 * Mean cross-entropy of a batch of images. Unlike a detector's loss it is not multiplied by the batch size, neither in YOLOv5
 * 7.0 nor in YOLOv8 8.3.
 *
 * @param logits [B, 1, 1, nc]
 * @throws LookonceError `ARGUMENT` when shapes do not fit each other
 */
export function classificationLoss(
  logits: tf.Tensor4D,
  { labels }: ClassifyTargets,
  { labelSmoothing = 0 }: ClassificationLossOptions = {},
): tf.Scalar {
  const [batch, height, width, classes] = logits.shape;
  if (height !== 1 || width !== 1 || labels.shape.join() !== `${batch}`) {
    throw new LookonceError(
      "ARGUMENT",
      `logits must be [B,1,1,nc] and labels [B], but are [${logits.shape}] and [${labels.shape}]`,
    );
  }
  return tf.tidy(() => {
    // Smoothing halves ε over two answers where every class is a yes or no of its own; here it is spread over all classes.
    const spread = tf.add(tf.mul(smoothLabels(labels, classes), 1 - labelSmoothing), labelSmoothing / classes);
    return tf.mean(softmaxCrossEntropy(tf.reshape(logits, [batch, classes]), spread)) as tf.Scalar;
  });
}

/** The loss of classification: one part, cross-entropy. */
export class ClassifyCriterion extends StatelessCriterion<ClassifyTargets> {
  readonly parts = ["loss"] as const;
  readonly isMean = true;
  readonly #options: ClassificationLossOptions;

  constructor(options: ClassificationLossOptions = {}) {
    super();
    this.#options = options;
  }

  /** An image has one object, its class. */
  inputs({ count, targets: { labels, maxTargets } }: TrainBatch): Record<keyof ClassifyTargets, HostTensor> {
    const first = Int32Array.from({ length: count }, (_, image) => labels[image * maxTargets] as number);
    return { labels: { data: first, shape: [count], dtype: "int32" } };
  }

  loss(raw: readonly tf.Tensor4D[], targets: ClassifyTargets): CriterionLoss {
    const loss = classificationLoss(raw[0] as tf.Tensor4D, targets, this.#options);
    return { total: loss, parts: [tf.clone(loss)] };
  }
}
