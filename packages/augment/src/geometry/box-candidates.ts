import { boxAt } from "./objects.ts";

/** What is left of a box must be more than this for it to be kept. */
export interface CandidateLimits {
  /** Width and height afterwards in pixels, both above this. Default 2. */
  side?: number;
  /** Longer side by shorter, below this. Default 100. */
  aspect?: number;
  /** Area afterwards by area before, above this. Default 0.1. */
  area?: number;
}

/** Keeps divisions finite. It is part of the comparison (YOLOv5 6.1, YOLOv8 8.3). */
const EPSILON = 1e-16;

/**
 * Which boxes are worth keeping after a warp: those still large enough, not too thin, and of which enough is left.
 *
 * `before` are the boxes before the warp but with its scale applied, so that only what was cut off counts; `after`
 * those that were moved and clipped to the image. Rows of xyxy in pixels, as many in both. (YOLOv5 6.1, YOLOv8 8.3.)
 */
export function boxCandidates(
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  { side = 2, aspect = 100, area = 0.1 }: CandidateLimits = {},
): boolean[] {
  return Array.from({ length: after.length / 4 }, (_, row) => {
    const [left, top, right, bottom] = boxAt(before, row);
    const [x1, y1, x2, y2] = boxAt(after, row);
    const [w2, h2] = [x2 - x1, y2 - y1];
    const ratio = Math.max(w2 / (h2 + EPSILON), h2 / (w2 + EPSILON));
    return w2 > side && h2 > side && (w2 * h2) / ((right - left) * (bottom - top) + EPSILON) > area && ratio < aspect;
  });
}
