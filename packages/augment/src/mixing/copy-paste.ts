import { bboxIoa, fillPolygon, roundHalfEven } from "@lookonce/geometry";
import type { Image, Size } from "@lookonce/image";
import type { Random } from "@lookonce/random";
import { flipLeftRight } from "../geometry/flip.ts";
import { joinObjects, selectObjects } from "../geometry/objects.ts";
import type { Objects, Sample } from "../sample.ts";
import { requireSameSize } from "./mix-up.ts";

/** An object is pasted only if it would cover less than this of every object there is. */
const OVERLAP_LIMIT = 0.3;

/** Options of {@link pasteMirrored}. */
export interface PasteMirroredOptions {
  /** Leave a byte as it is where the pasted one is 0: YOLOv5 6.1 did so, 7.0 pastes black as well. Default `false`. */
  skipBlack?: boolean;
}

/**
 * Objects of another image of the same size drawn onto this one along their polygons, and added to its objects
 * (Ghiasi et al. 2021; YOLOv8 8.3).
 *
 * @param rows which objects of `other`
 * @throws LookonceError `ARGUMENT` when the sizes differ
 */
export function pasteObjects(sample: Sample, other: Sample, rows: readonly number[]): Sample {
  requireSameSize(sample.image, other.image);
  if (rows.length === 0) return sample;
  const pasted = selectObjects(other, rows);
  const image = paste(sample.image, other.image, { mask: outlineMask(pasted, sample.image), skipBlack: false });
  return { ...joinObjects([sample, pasted]), image };
}

/**
 * Objects of the image itself pasted onto its other half, mirrored (YOLOv5 6.1, 7.0). Pixels are chosen where the
 * objects are, then mirrored; that is a pixel off from choosing them where the mirrored polygons are, as YOLOv8 does.
 *
 * @param rows which objects
 */
export function pasteMirrored(
  sample: Sample,
  rows: readonly number[],
  { skipBlack = false }: PasteMirroredOptions = {},
): Sample {
  if (rows.length === 0) return sample;
  const { width } = sample.image;
  const mirrored = flipLeftRight(sample);
  const mask = outlineMask(selectObjects(sample, rows), sample.image);
  for (let start = 0; start < mask.length; start += width) mask.subarray(start, start + width).reverse();
  const image = paste(sample.image, mirrored.image, { mask, skipBlack });
  return { ...joinObjects([sample, selectObjects(mirrored, rows)]), image };
}

/**
 * The objects that YOLOv5 (6.1, 7.0) copies: `round(p · n)` of them drawn without repeating, then, in that order, those
 * whose mirror image hides none of the objects, nor of those copied before, by 30 % or more.
 */
export function drawCopies(count: number, probability: number, rng: Random): number[] {
  return rng.permutation(count).slice(0, roundHalfEven(probability * count));
}

/** Which of the rows fit in the given order: each counts for those after it. */
export function fittingCopies(sample: Objects, other: Objects, rows: readonly number[]): number[] {
  const fitting: number[] = [];
  for (const row of rows) {
    const box = other.boxes.subarray(row * 4, row * 4 + 4);
    const there = joinObjects([sample, selectObjects(other, fitting)]).boxes;
    if (bboxIoa(box, there).every((share) => share < OVERLAP_LIMIT)) fitting.push(row);
  }
  return fitting;
}

/**
 * The objects that YOLOv8 (8.3) copies: of those of `other` that hide no object of the sample by 30 % or more, the first
 * `round(p · n)` by how little they hide at most. Nothing is drawn at random.
 */
export function leastHidingCopies(sample: Objects, other: Objects, probability: number): number[] {
  const columns = sample.classes.length;
  const shares = bboxIoa(other.boxes, sample.boxes);
  const worst = Array.from(other.classes, (_, row) =>
    shares.subarray(row * columns, (row + 1) * columns).reduce((a, b) => Math.max(a, b), 0),
  );
  const free = [...worst.keys()].filter((row) => (worst[row] as number) < OVERLAP_LIMIT);
  free.sort((a, b) => (worst[a] as number) - (worst[b] as number));
  return free.slice(0, roundHalfEven(probability * free.length));
}

/** Whether there is anything that could be copied along its outline. */
export function hasPolygons({ polygons }: Objects): boolean {
  return polygons?.some(({ length }) => length > 0) ?? false;
}

/** YOLOv5's copy-paste: mirrored copies of the image's own objects, of those that have a polygon. */
export function copyPasteV5(sample: Sample, probability: number, rng: Random): Sample {
  if (probability === 0 || !hasPolygons(sample)) return sample;
  const mirrored = flipLeftRight(sample);
  const drawn = drawCopies(sample.classes.length, probability, rng);
  return pasteMirrored(sample, fittingCopies(sample, mirrored, withPolygon(mirrored, drawn)));
}

/** YOLOv8's copy-paste of objects of `other`, by default the sample mirrored, of those that have a polygon. */
export function copyPasteV8(sample: Sample, probability: number, other: Sample = flipLeftRight(sample)): Sample {
  if (probability === 0 || !hasPolygons(sample)) return sample;
  return pasteObjects(sample, other, withPolygon(other, leastHidingCopies(sample, other, probability)));
}

function withPolygon({ polygons }: Objects, rows: readonly number[]): number[] {
  return rows.filter((row) => (polygons?.[row]?.length ?? 0) > 0);
}

function outlineMask({ polygons = [] }: Objects, { width, height }: Size): Uint8Array {
  const mask = new Uint8Array(width * height);
  for (const polygon of polygons) fillPolygon(mask, { width, height }, polygon);
  return mask;
}

function paste(below: Image, above: Image, { mask, skipBlack }: { mask: Uint8Array; skipBlack: boolean }): Image {
  const { width, height } = below;
  const data = below.data.slice();
  for (let i = 0, t = 0; i < mask.length; i++, t += 3) {
    if (mask[i] === 0) continue;
    for (let k = t; k < t + 3; k++) {
      const level = above.data[k] as number;
      if (level > 0 || !skipBlack) data[k] = level;
    }
  }
  return { data, width, height };
}
