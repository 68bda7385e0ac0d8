import type { Size } from "@lookonce/image";
import type { Random } from "@lookonce/random";
import { sometimes, type Transform } from "../compose.ts";
import { boxAt, filterObjects } from "../geometry/objects.ts";
import type { Sample } from "../sample.ts";

/** A rectangle to be painted over: half-open, in whole pixels. */
export interface Patch {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  /** RGB. */
  color: readonly [number, number, number];
  /** Its largest side as a share of the image's. Boxes are checked only where this is above 0.03. */
  share: number;
}

/** How many patches are drawn of each size; their largest sides are the image's divided by twice that (YOLOv5 6.1, 7.0). */
const patchCounts = [1, 2, 4, 8, 16];

/** Boxes of which one patch hides at least this share are dropped, but not by a patch of a small share of the image. */
const hiddenShare = 0.6;
const smallShare = 0.03;

/**
 * 31 patches of YOLOv5's cutout (6.1, 7.0; the idea: DeVries and Taylor, arXiv:1708.04552): one of up to half the
 * image's sides, two of up to a quarter, … sixteen of up to a 32nd, in a middling color.
 *
 * Of each are drawn: height, width, x and y of its center, three channels from 64 to 191; all limits included.
 */
export function drawCutout({ width, height }: Size, rng: Random): Patch[] {
  const patches: Patch[] = [];
  for (const count of patchCounts) {
    const share = 1 / (2 * count);
    for (let i = 0; i < count; i++) {
      const patchHeight = rng.integer(1, Math.max(1, Math.floor(height * share)) + 1);
      const patchWidth = rng.integer(1, Math.max(1, Math.floor(width * share)) + 1);
      const x1 = Math.max(0, rng.integer(0, width + 1) - Math.floor(patchWidth / 2));
      const y1 = Math.max(0, rng.integer(0, height + 1) - Math.floor(patchHeight / 2));
      const color = [rng.integer(64, 192), rng.integer(64, 192), rng.integer(64, 192)] as const;
      const [x2, y2] = [Math.min(width, x1 + patchWidth), Math.min(height, y1 + patchHeight)];
      patches.push({ x1, y1, x2, y2, color, share });
    }
  }
  return patches;
}

/**
 * Paints patches over the image. A box of which one patch with a share above 0.03 hides 60 % or more is dropped, with
 * its class and polygon; the others stay as they are.
 */
export function applyCutout(sample: Sample, patches: readonly Patch[]): Sample {
  const { image, ...objects } = sample;
  const data = image.data.slice();
  for (const { x1, y1, x2, y2, color } of patches) {
    for (let y = y1; y < y2; y++) {
      for (let i = (y * image.width + x1) * 3; i < (y * image.width + x2) * 3; i += 3) data.set(color, i);
    }
  }
  const hiding = patches.filter(({ share }) => share > smallShare);
  const kept = filterObjects(objects, (row) => {
    const box = boxAt(objects.boxes, row);
    return hiding.every((patch) => shareHidden(box, patch) < hiddenShare);
  });
  return { image: { ...image, data }, ...kept };
}

/** Cutout with a probability. Boxes that are mostly hidden are dropped. */
export function randomCutout(probability: number): Transform {
  return sometimes(probability, (sample, rng) => applyCutout(sample, drawCutout(sample.image, rng)));
}

/** The part of the box that the patch covers, 0 to 1. */
function shareHidden([x1, y1, x2, y2]: readonly [number, number, number, number], patch: Patch): number {
  const width = Math.max(0, Math.min(x2, patch.x2) - Math.max(x1, patch.x1));
  const height = Math.max(0, Math.min(y2, patch.y2) - Math.max(y1, patch.y1));
  return (width * height) / ((x2 - x1) * (y2 - y1) + 1e-7);
}
