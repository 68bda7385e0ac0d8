import type { Random } from "@lookonce/random";

/** Rows of x, y, and the mean distance of the points to their nearest center. */
export interface Clusters {
  centers: Float64Array;
  distortion: number;
}

/** A run ends when the mean distance falls by no more than this. */
const tolerance = 1e-5;

/**
 * Centers of `count` clusters of points in the plane (Lloyd, 1982), started from points that are far from each other
 * (k-means++, Arthur and Vassilvitskii, 2007).
 *
 * There are always `count` centers; where the points are fewer, some are equal. The defaults are those that YOLOv5 calls
 * SciPy's `kmeans` with.
 *
 * @param points rows of x, y; at least one
 * @param restarts times to begin anew; the best result is kept
 */
export function kMeans(
  points: Float64Array,
  count: number,
  { rng, restarts = 30 }: { rng: Random; restarts?: number },
): Clusters {
  const runs = Array.from({ length: restarts }, () => lloyd(points, spreadCenters(points, count, rng)));
  return runs.reduce((best, run) => (run.distortion < best.distortion ? run : best));
}

/** Moves every center to the middle of its points until that changes little. */
function lloyd(points: Float64Array, start: Float64Array): Clusters {
  let centers = start;
  const sums = new Float64Array(centers.length);
  const counts = new Float64Array(centers.length / 2);
  for (let before = Number.POSITIVE_INFINITY; ; ) {
    sums.fill(0);
    counts.fill(0);
    let total = 0;
    for (let i = 0; i < points.length; i += 2) {
      const [x, y] = [points[i] as number, points[i + 1] as number];
      const { nearest, square } = nearestCenter(centers, x, y);
      total += Math.sqrt(square);
      sums[nearest] = (sums[nearest] as number) + x;
      sums[nearest + 1] = (sums[nearest + 1] as number) + y;
      counts[nearest / 2] = (counts[nearest / 2] as number) + 1;
    }
    const distortion = total / (points.length / 2);
    if (before - distortion <= tolerance) return { centers, distortion };
    before = distortion;
    // A center that no point is nearest to stays where it is.
    centers = centers.map((center, i) => {
      const count = counts[i >> 1] as number;
      return count > 0 ? (sums[i] as number) / count : center;
    });
  }
}

/** Where the nearest center begins, and the square of its distance. */
function nearestCenter(centers: Float64Array, x: number, y: number): { nearest: number; square: number } {
  let nearest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < centers.length; i += 2) {
    const square = ((centers[i] as number) - x) ** 2 + ((centers[i + 1] as number) - y) ** 2;
    if (square < least) {
      least = square;
      nearest = i;
    }
  }
  return { nearest, square: least };
}

/** Points to start from: each is drawn by the square of its distance to those before. */
function spreadCenters(points: Float64Array, count: number, rng: Random): Float64Array {
  const total = points.length / 2;
  const centers = new Float64Array(count * 2);
  const squares = new Float64Array(total).fill(Number.POSITIVE_INFINITY);
  for (let i = 0; i < count; i++) {
    const chosen = i === 0 ? rng.integer(0, total) : drawBy(squares, rng);
    const [x, y] = [points[2 * chosen] as number, points[2 * chosen + 1] as number];
    centers.set([x, y], 2 * i);
    for (let p = 0; p < total; p++) {
      const square = ((points[2 * p] as number) - x) ** 2 + ((points[2 * p + 1] as number) - y) ** 2;
      if (square < (squares[p] as number)) squares[p] = square;
    }
  }
  return centers;
}

/** An index, each with a probability in proportion to its weight. */
function drawBy(weights: Float64Array, rng: Random): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let left = rng.uniform(0, total);
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i] as number;
    if (left < 0) return i;
  }
  return rng.integer(0, weights.length);
}
