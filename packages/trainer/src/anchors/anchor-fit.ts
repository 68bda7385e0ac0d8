import { LookonceError } from "@lookonce/errors";

/** An anchor's width and height, in pixels. */
export type AnchorSize = readonly [width: number, height: number];

/** How well anchors fit boxes. */
export interface AnchorFit {
  /** Best possible recall: share of the boxes that some anchor matches. */
  recall: number;
  /** Anchors that match a box, on average. */
  perTarget: number;
  /** Mean over the boxes of their best match, not counting boxes that none matches; 0 to 1. */
  fitness: number;
}

/**
 * How well anchors fit boxes, by the rule that YOLOv5 (7.0) assigns them by.
 *
 * The match of a box and an anchor is min(w/wₐ, wₐ/w, h/hₐ, hₐ/h), in 0 to 1; they match where it is above 1/threshold.
 *
 * @param sizes rows of width and height in pixels; without a row everything is 0
 * @throws LookonceError `ARGUMENT` without anchors, or for a threshold of 1 or less
 */
export function anchorFit(
  sizes: Float32Array,
  anchors: readonly AnchorSize[],
  { threshold }: { threshold: number },
): AnchorFit {
  checkThreshold(threshold);
  if (anchors.length === 0) throw new LookonceError("ARGUMENT", "there are no anchors to compare with the boxes.");
  const count = sizes.length / 2;
  if (count === 0) return { recall: 0, perTarget: 0, fitness: 0 };
  const limit = 1 / threshold;
  let [found, matches, fitness] = [0, 0, 0];
  for (let i = 0; i < sizes.length; i += 2) {
    let best = 0;
    for (const [width, height] of anchors) {
      const across = (sizes[i] as number) / width;
      const down = (sizes[i + 1] as number) / height;
      const match = Math.min(across, 1 / across, down, 1 / down);
      if (match > limit) matches++;
      if (match > best) best = match;
    }
    if (best > limit) {
      found++;
      fitness += best;
    }
  }
  return { recall: found / count, perTarget: matches / count, fitness: fitness / count };
}

export function checkThreshold(threshold: number): void {
  if (threshold > 1) return;
  throw new LookonceError("ARGUMENT", `anchor_t must be above 1, not ${threshold}: it is a ratio of sides.`);
}
