import { LookonceError } from "@lookonce/errors";
import type { Image } from "@lookonce/image";
import type { Random } from "@lookonce/random";
import { joinObjects } from "../geometry/objects.ts";
import type { Sample } from "../sample.ts";

/** Draws the first image's share from Beta(32, 32): nearly always 0.3 to 0.7 (YOLOv5 6.1, YOLOv8 8.3). */
export function drawMixUp(rng: Random): number {
  return rng.beta(32, 32);
}

/**
 * Two images of one size laid over each other, `share · first + (1 − share) · second` cut to whole levels, with the
 * objects of both (Zhang et al. 2017; levels as in YOLOv5 6.1 and YOLOv8 8.3).
 *
 * @throws LookonceError `ARGUMENT` when the sizes differ
 */
export function mixUp(first: Sample, second: Sample, share: number): Sample {
  requireSameSize(first.image, second.image);
  const { data, width, height } = first.image;
  const other = second.image.data;
  const ofFirst = Float64Array.from({ length: 256 }, (_, level) => level * share);
  const ofSecond = Float64Array.from({ length: 256 }, (_, level) => level * (1 - share));
  const mixed = new Uint8Array(data.length);
  for (let i = 0; i < mixed.length; i++) {
    mixed[i] = (ofFirst[data[i] as number] as number) + (ofSecond[other[i] as number] as number);
  }
  return { image: { data: mixed, width, height }, ...joinObjects([first, second]) };
}

/** @throws LookonceError `ARGUMENT` when the sizes differ */
export function requireSameSize(a: Image, b: Image): void {
  if (a.width === b.width && a.height === b.height) return;
  throw new LookonceError(
    "ARGUMENT",
    `Only images of one size can be mixed, not ${a.width} × ${a.height} with ${b.width} × ${b.height}: letterbox them first.`,
  );
}
