import { type Augmentation, type V8AugmentationHyp, v5Augmentation, v8Augmentation } from "@lookonce/augment";
import type { AugmentationHyp } from "@lookonce/config";

/** How images are augmented: whose pipeline, and its hyper-parameters. A form that can be sent to workers. */
export type AugmentSettings = { family: "v8"; hyp: V8AugmentationHyp } | { family: "v5"; hyp: AugmentationHyp };

/**
 * The augmentation that settings describe; its images are `imgsz × imgsz`.
 *
 * @throws LookonceError `ARGUMENT` as the pipelines
 */
export function makeAugmentation(settings: AugmentSettings, imgsz: number): Augmentation {
  return settings.family === "v8" ? v8Augmentation(settings.hyp, { imgsz }) : v5Augmentation(settings.hyp, { imgsz });
}
