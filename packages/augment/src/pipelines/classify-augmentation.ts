import type { AugmentationHyp, HypFamily } from "@lookonce/config";
import { cropImage, type Image, resizeBilinear } from "@lookonce/image";
import type { Random } from "@lookonce/random";
import { colorJitter } from "../classify/color-jitter.ts";
import { drawErasing, drawRandomCrop, eraseImage, resizedCrop } from "../classify/crop.ts";
import { augMix, autoAugment, randAugment } from "../classify/policies.ts";
import { compose } from "../compose.ts";
import { flipImageLeftRight, flipImageUpDown } from "../geometry/flip.ts";
import type { Augmentation } from "../sample.ts";
import { type AugmentationOptions, outputSize } from "./options.ts";
import type { V8AugmentationHyp } from "./v8-augmentation.ts";

/** Options of the augmentation of classification. */
export type ClassifyAugmentationOptions = Pick<AugmentationOptions, "imgsz" | "transforms">;

/** Smallest and largest width by height of random crops. */
const aspect = [3 / 4, 4 / 3] as const;

const policies = { randaugment: randAugment, autoaugment: autoAugment, augmix: augMix, none: undefined };

/**
 * YOLOv8's training augmentation of classification (8.3): a random part of the image, of 1 − `scale` to all of its area, is
 * resized and flipped; then `auto_augment`'s policy, or without one a jitter of colors by `hsv_h`, `hsv_s` and `hsv_v`;
 * then, with probability `erasing`, a part is black. Mosaics, rotations and the like are not done.
 *
 * @param options images are as large as in their files: the part is cut out of all their pixels
 * @throws LookonceError `ARGUMENT` when `imgsz` is not a whole number of at least 1
 */
export function v8ClassifyAugmentation(hyp: V8AugmentationHyp, options: ClassifyAugmentationOptions): Augmentation {
  const size = outputSize(options);
  const policy = policies[hyp.auto_augment];
  const jitter = { brightness: hyp.hsv_v, contrast: hyp.hsv_v, saturation: hyp.hsv_s, hue: hyp.hsv_h };
  return imageAugmentation(options, (image, rng) => {
    const crop = drawRandomCrop(image, { area: [1 - hyp.scale, 1], aspect }, rng);
    let changed = flipped(resizedCrop(image, crop, size), hyp, rng);
    changed = policy === undefined ? colorJitter(changed, jitter, rng) : policy(changed, rng);
    if (!rng.chance(hyp.erasing)) return changed;
    const erasing = drawErasing(changed, { area: [0.02, 0.33], aspect: [0.3, 3.3] }, rng);
    return erasing === undefined ? changed : eraseImage(changed, erasing);
  });
}

/**
 * YOLOv5's training augmentation of classification (7.0, with Albumentations): a random part of the image, of 8 % to all
 * of its area, is resized without antialiasing and flipped; every second image has its brightness, contrast and
 * saturation changed by up to 40 %.
 *
 * @param options images are as large as in their files
 * @throws LookonceError `ARGUMENT` when `imgsz` is not a whole number of at least 1
 */
export function v5ClassifyAugmentation(hyp: AugmentationHyp, options: ClassifyAugmentationOptions): Augmentation {
  const size = outputSize(options);
  const jitter = { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0 };
  return imageAugmentation(options, (image, rng) => {
    const crop = drawRandomCrop(image, { area: [0.08, 1], aspect }, rng);
    const resized = flipped(resizeBilinear(cropImage(image, crop), size), hyp, rng);
    return rng.chance(0.5) ? colorJitter(resized, jitter, rng) : resized;
  });
}

/** The augmentation of classification of each family. */
export const classifyAugmentations: {
  readonly [F in HypFamily]: (hyp: V8AugmentationHyp, options: ClassifyAugmentationOptions) => Augmentation;
} = { v5: v5ClassifyAugmentation, v8: v8ClassifyAugmentation };

function flipped(image: Image, hyp: AugmentationHyp, rng: Random): Image {
  const mirrored = rng.chance(hyp.fliplr) ? flipImageLeftRight(image) : image;
  return rng.chance(hyp.flipud) ? flipImageUpDown(mirrored) : mirrored;
}

/** The image's class stays; its box is that of the whole image. */
function imageAugmentation(
  { imgsz, transforms = [] }: ClassifyAugmentationOptions,
  change: (image: Image, rng: Random) => Image,
): Augmentation {
  const finish = compose(...transforms);
  return async (source, index, rng) => {
    const { image, classes } = await source.load(index);
    const boxes = Float32Array.from({ length: classes.length * 4 }, (_, i) => (i % 4 < 2 ? 0 : imgsz));
    return finish({ image: change(image, rng), classes, boxes }, rng);
  };
}
