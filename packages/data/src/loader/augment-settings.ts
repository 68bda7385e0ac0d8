import { type Augmentation, type V8AugmentationHyp, v5Augmentation, v8Augmentation } from "@lookonce/augment";
import type { AugmentationHyp } from "@lookonce/config";
import type { Size } from "@lookonce/image";

/** How images are augmented: by whose pipeline, with which hyper-parameters. Plain data, which can be sent to workers. */
export type AugmentSettings = { family: "v8"; hyp: V8AugmentationHyp } | { family: "v5"; hyp: AugmentationHyp };

const pipelines = { v5: v5Augmentation, v8: v8Augmentation };

/**
 * Creates the augmentation.
 *
 * @param options the size of its images: a square of `imgsz`, or a `canvas` on which none is mixed with others
 * @throws LookonceError `ARGUMENT` as the pipelines
 */
export function makeAugmentation(
  { family, hyp }: AugmentSettings,
  options: { imgsz: number; canvas?: Size },
): Augmentation {
  return pipelines[family](hyp as V8AugmentationHyp, options);
}
