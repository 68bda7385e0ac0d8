import { bboxIoa } from "@lookonce/geometry";
import type { Size } from "@lookonce/image";
import type { Random } from "@lookonce/random";
import { clipObjects, dropEmpty, joinObjects, selectObjects } from "../geometry/objects.ts";
import type { Sample } from "../sample.ts";
import { hasPolygons } from "./copy-paste.ts";
import { requireSameSize } from "./mix-up.ts";

/** A rectangle in whole pixels, half open: x1, y1, x2, y2. */
export type Area = readonly [number, number, number, number];

/**
 * Draws areas to cut: a share from Beta(1, 1), sides that cover the square root of the rest, and a center anywhere, cut
 * off at the image's edges (Yun et al. 2019). YOLOv8 (8.3) tries three.
 */
export function drawCutAreas({ width, height }: Size, rng: Random, count = 3): Area[] {
  return Array.from({ length: count }, () => {
    const share = Math.sqrt(1 - rng.beta(1, 1));
    const halfWidth = Math.floor(Math.trunc(width * share) / 2);
    const halfHeight = Math.floor(Math.trunc(height * share) / 2);
    const x = rng.integer(0, width);
    const y = rng.integer(0, height);
    return [
      Math.max(x - halfWidth, 0),
      Math.max(y - halfHeight, 0),
      Math.min(x + halfWidth, width),
      Math.min(y + halfHeight, height),
    ];
  });
}

/** Those of the areas that touch no box and are not empty. */
export function freeAreas({ boxes }: Sample, areas: readonly Area[]): Area[] {
  return areas.filter((area) => area[2] > area[0] && area[3] > area[1] && bboxIoa(area, boxes).every((s) => s <= 0));
}

/** What {@link cutMix} needs besides the images. */
export interface CutMixOptions {
  area: Area;
  /** Points that an outline gets before the area's edge cuts it. Default 1000. */
  outlinePoints?: number | undefined;
}

/**
 * An area of another image of the same size copied onto this one, with those of its objects of which at least 10 % (1 %
 * when objects have polygons) lie in it, cut off at its edges. Without such an object the sample stays as it is.
 *
 * @throws LookonceError `ARGUMENT` when the sizes differ
 */
export function cutMix(sample: Sample, other: Sample, { area, outlinePoints = 1000 }: CutMixOptions): Sample {
  requireSameSize(sample.image, other.image);
  const least = hasPolygons(other) ? 0.01 : 0.1;
  const rows = [...bboxIoa(area, other.boxes).entries()].filter(([, share]) => share >= least).map(([row]) => row);
  if (rows.length === 0) return sample;
  const [x1, y1, x2, y2] = area;
  const { width, height } = sample.image;
  const data = sample.image.data.slice();
  for (let y = y1; y < y2; y++) {
    const at = (y * width + x1) * 3;
    data.set(other.image.data.subarray(at, at + (x2 - x1) * 3), at);
  }
  const cut = clipObjects(selectObjects(other, rows), area, outlinePoints);
  return { ...joinObjects([sample, dropEmpty(cut)]), image: { data, width, height } };
}
