import { findCorners } from "./find-corners.ts";
import { fitSimilarity } from "./fit-similarity.ts";
import { followPoints } from "./follow-points.ts";
import type { GrayFrame } from "./gray-frame.ts";
import { pyramid } from "./pyramid.ts";

/** Levels of the pyramids; points are found again that move by about 60 pixels of gray frames. */
const levels = 4;

/**
 * Corners of the half-size level. Ultralytics 8.3 looks for 1000 that may be a pixel apart; fewer that are spread over the image
 * say as much.
 */
const corners = { count: 200, quality: 0.01, distance: 5 };

/**
 * Estimates how the camera moved between two frames, on sparse features: corners of the first are found again in the second,
 * and a turn, a scale and a shift fitted to most of them. Objects that move by themselves do not count.
 *
 * @returns [2, 3], row-major: from the first frame's pixels to the second's, for {@link Tracker.update}; undefined where
 *   nothing can be said, such as between frames of different sizes, of flat ones, or after a cut
 */
export function estimateMotion(previous: GrayFrame, current: GrayFrame): Float64Array | undefined {
  const { width, height, scale } = previous;
  if (current.width !== width || current.height !== height || current.scale !== scale) return undefined;
  const [before, now] = [pyramid(previous, levels), pyramid(current, levels)];
  const half = before[1];
  if (half === undefined) return undefined;
  const points = findCorners(half, corners).map((position) => 2 * position);
  const motion = fitSimilarity(followPoints(before, now, points));
  if (motion === undefined) return undefined;
  // Points are pixels' centers, half a pixel from the edges that boxes are measured from
  const { a, b } = motion;
  const tx = scale * (motion.tx + 0.5 - 0.5 * (a - b));
  const ty = scale * (motion.ty + 0.5 - 0.5 * (a + b));
  return Float64Array.of(a, -b, tx, b, a, ty);
}
