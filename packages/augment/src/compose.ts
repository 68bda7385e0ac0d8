import type { Image } from "@lookonce/image";
import type { Random } from "@lookonce/random";
import type { Sample } from "./sample.ts";

/**
 * A change of an image and its objects. It accepts a sample and returns another; the one passed in stays as it was, and
 * everything random comes from `rng`, so that the same seed produces the same bytes.
 */
export type Transform = (sample: Sample, rng: Random) => Sample;

/** One transform that does the given ones in order. Without any, the sample comes back as it is. */
export function compose(...transforms: readonly Transform[]): Transform {
  return (sample, rng) => transforms.reduce((current, transform) => transform(current, rng), sample);
}

/** The transform with the given probability (0 to 1), otherwise nothing. One number is drawn in both cases. */
export function sometimes(probability: number, transform: Transform): Transform {
  return (sample, rng) => (rng.chance(probability) ? transform(sample, rng) : sample);
}

/** Changes the image with the given probability, otherwise nothing; its objects stay. */
export function sometimesImage(probability: number, change: (image: Image, rng: Random) => Image): Transform {
  return sometimes(probability, (sample, rng) => ({ ...sample, image: change(sample.image, rng) }));
}
