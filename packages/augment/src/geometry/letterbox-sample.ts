import { type LetterboxGeometry, type LetterboxOptions, letterbox } from "@lookonce/image";
import type { Transform } from "../compose.ts";
import type { Sample } from "../sample.ts";
import { moveObjects } from "./objects.ts";

/**
 * Letterboxes a sample: its boxes and polygons move with the image; none is dropped.
 *
 * @throws LookonceError `ARGUMENT` as `letterboxGeometry`
 */
export function letterboxSample(sample: Sample, options: LetterboxOptions): { sample: Sample } & LetterboxGeometry {
  const { image, ...geometry } = letterbox(sample.image, options);
  const { ratio, padding } = geometry;
  return { sample: { image, ...moveObjects(sample, { scale: ratio, shift: padding }) }, ...geometry };
}

/**
 * {@link letterboxSample} as a transform.
 *
 * @throws LookonceError `ARGUMENT` as `letterboxGeometry`, when it is used
 */
export function letterboxTo(options: LetterboxOptions): Transform {
  return (sample) => letterboxSample(sample, options).sample;
}
