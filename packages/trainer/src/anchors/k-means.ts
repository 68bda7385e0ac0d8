import type { Random } from "@lookonce/random";

/** Options of {@link kMeans}. */
export interface KMeansOptions {
  rng: Random;
  /** Times to begin anew; the best result is kept. Default 30. */
  restarts?: number;
  /** Ends when the mean distance falls by no more than this. Default 1e-5. */
  tolerance?: number;
}

/** What {@link kMeans} found. */
export interface Clusters {
  /** Rows of x, y. */
  centers: Float64Array;
  /** Mean distance of the points to their nearest center. */
  distortion: number;
}

/**
 * Centers of `count` clusters of points in the plane (Lloyd, 1982), started from points that are far from each other
 * (k-means++, Arthur and Vassilvitskii, 2007).
 *
 * There are always `count` centers; where the points are fewer, some are equal. The defaults are those that YOLOv5 calls
 * SciPy's `kmeans` with.
 *
 * @param points rows of x, y; at least one
 */
export function kMeans(points: Float64Array, count: number, options: KMeansOptions): Clusters {
  const { rng, restarts = 30, tolerance = 1e-5 } = options;
  let best: Clusters | undefined;
  for (let restart = 0; restart < restarts; restart++) {
    const found = lloyd(points, spreadCenters(points, count, rng), tolerance);
    if (best === undefined || found.distortion < best.distortion) best = found;
  }
  return best as Clusters;
}

/** Moves every center to the middle of its points until that changes little. */
function lloyd(points: Float64Array, centers: Float64Array, tolerance: number): Clusters {
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
    const moved = centers.map((center, i) => ((counts[i >> 1] as number) > 0 ? sumOver(sums, counts, i) : center));
    centers = moved;
  }
}

function sumOver(sums: Float64Array, counts: Float64Array, i: number): number {
  return (sums[i] as number) / (counts[i >> 1] as number);
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
  let left = rng.uniform(
    0,
    weights.reduce((sum, weight) => sum + weight, 0),
  );
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i] as number;
    if (left < 0) return i;
  }
  return rng.integer(0, weights.length);
}
