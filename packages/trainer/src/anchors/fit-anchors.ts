import { LookonceError } from "@lookonce/errors";
import type { Random } from "@lookonce/random";
import { type AnchorFit, type AnchorSize, anchorFit, checkThreshold } from "./anchor-fit.ts";
import { kMeans } from "./k-means.ts";
import { withoutTiny } from "./label-sizes.ts";

/** Options of {@link fitAnchors}. */
export interface FitAnchorsOptions {
  rng: Random;
  /** How many. Default 9. */
  count?: number;
  /** Largest ratio of a box's side to an anchor's that still matches, above 1. Default 4. */
  threshold?: number;
  /** Changes that the genetic algorithm tries. Default 1000. */
  generations?: number;
}

/** What {@link fitAnchors} found. */
export interface FittedAnchors extends AnchorFit {
  /** Widths and heights in pixels, the smallest area first. */
  anchors: AnchorSize[];
  /** How well the anchors fitted after k-means, before they were refined. */
  start: AnchorFit;
}

/** Boxes smaller than this on both sides, in pixels, are not fitted to. */
const smallestBox = 2;

/** Most boxes that are fitted to, drawn at random: their fitness is that of all within about 0.002. */
const maxBoxes = 20_000;

/**
 * Finds anchors for boxes, as YOLOv5's `kmean_anchors` (7.0): centers of clusters of the boxes' sizes, changed at random
 * as long as that makes them fitter.
 *
 * YOLOv5 clusters sizes measured in their standard deviations. What decides whether an anchor matches is a ratio of sides,
 * so clusters of the sizes' logarithms are tried too, and the fitter of the two are refined.
 *
 * @param sizes rows of width and height in pixels, as from {@link labelSizes}
 * @returns `undefined` when no box is larger than 2 pixels
 * @throws LookonceError `ARGUMENT` for options out of range
 */
export function fitAnchors(sizes: Float32Array, options: FitAnchorsOptions): FittedAnchors | undefined {
  const { rng, count = 9, threshold = 4, generations = 1000 } = options;
  checkThreshold(threshold);
  for (const [name, value, least] of [["n", count, 1] as const, ["gen", generations, 0] as const]) {
    if (Number.isInteger(value) && value >= least) continue;
    throw new LookonceError("ARGUMENT", `${name} must be a whole number of at least ${least}, not ${value}.`);
  }
  const large = withoutTiny(sizes, smallestBox);
  if (large.length === 0) return undefined;
  const boxes = sample(large, rng.fork("boxes"));
  const fit = (sizes: Float32Array, anchors: Float64Array): AnchorFit =>
    anchorFit(sizes, byArea(anchors), { threshold });
  const bySize = clusterSizes(boxes, count, rng.fork("k-means"));
  const byRatio = clusterRatios(boxes, count, rng.fork("ratios"));
  const start = fit(boxes, byRatio).fitness > fit(boxes, bySize).fitness ? byRatio : bySize;
  const refined = refineAnchors(boxes, start, { rng: rng.fork("generations"), generations, threshold });
  return { anchors: byArea(refined), ...fit(large, refined), start: fit(large, start) };
}

/** Centers of clusters of sizes in units of their standard deviations. */
function clusterSizes(boxes: Float32Array, count: number, rng: Random): Float64Array {
  const deviations = [deviation(boxes, 0), deviation(boxes, 1)] as const;
  const points = Float64Array.from(boxes, (side, i) => side / deviations[i % 2 === 0 ? 0 : 1]);
  return kMeans(points, count, { rng }).centers.map((side, i) => side * deviations[i % 2 === 0 ? 0 : 1]);
}

/** Centers of clusters in which sizes are as far apart as their ratio is great. */
function clusterRatios(boxes: Float32Array, count: number, rng: Random): Float64Array {
  // A side of no length would be infinitely far from all others.
  const points = Float64Array.from(boxes, (side) => Math.log(Math.max(side, 0.5)));
  return kMeans(points, count, { rng }).centers.map(Math.exp);
}

/** Draws at most {@link maxBoxes} rows of two. */
function sample(rows: Float32Array, rng: Random): Float32Array {
  const count = rows.length / 2;
  if (count <= maxBoxes) return rows;
  const chosen = new Float32Array(maxBoxes * 2);
  for (const [at, row] of rng.permutation(count).slice(0, maxBoxes).entries()) {
    chosen.set(rows.subarray(2 * row, 2 * row + 2), 2 * at);
  }
  return chosen;
}

/** Standard deviation of every second value; 1 where all are equal. */
function deviation(rows: Float32Array, from: 0 | 1): number {
  const values = rows.filter((_, i) => i % 2 === from);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) || 1;
}

function byArea(rows: Float64Array): AnchorSize[] {
  const anchors = Array.from({ length: rows.length / 2 }, (_, i): AnchorSize => {
    return [rows[2 * i] as number, rows[2 * i + 1] as number];
  });
  return anchors.sort((a, b) => a[0] * a[1] - b[0] * b[1]);
}

/** Probability, strength and limits of a side's mutation (YOLOv5 7.0). */
const mutation = { probability: 0.9, sigma: 0.1, low: 0.3, high: 3, smallest: 2 } as const;

/**
 * Changes anchors at random and keeps every change that makes them fitter (see {@link anchorFit}): YOLOv5's genetic
 * algorithm with one parent and one child.
 *
 * A side's factor is 1 + u · n · 0.1 for nine sides in ten, with one u from 0 to 1 a generation and a normal n a side, from 0.3
 * to 3; no side falls below 2 pixels.
 *
 * @param sizes rows of width and height in pixels
 * @param anchors rows of width and height in pixels
 * @returns the fittest anchors
 */
export function refineAnchors(
  sizes: Float32Array,
  anchors: Float64Array,
  options: Required<Pick<FitAnchorsOptions, "rng" | "generations" | "threshold">>,
): Float64Array {
  const { rng, generations, threshold } = options;
  const logarithms = Float64Array.from(sizes, Math.log);
  let best = anchors;
  let fittest = fitnessOf(logarithms, best, threshold);
  for (let generation = 0; generation < generations; generation++) {
    const factors = drawFactors(anchors.length, rng);
    const child = best.map((side, i) => Math.max(mutation.smallest, side * (factors[i] as number)));
    const fitness = fitnessOf(logarithms, child, threshold);
    if (fitness > fittest) {
      fittest = fitness;
      best = child;
    }
  }
  return best;
}

/** Draws a factor for each side, of which at least one is not 1. */
function drawFactors(count: number, rng: Random): Float64Array {
  const { probability, sigma, low, high } = mutation;
  const factors = new Float64Array(count).fill(1);
  while (factors.every((factor) => factor === 1)) {
    const strength = rng.uniform() * sigma;
    for (let i = 0; i < count; i++) {
      const change = rng.chance(probability) ? strength * rng.normal() : 0;
      factors[i] = Math.min(high, Math.max(low, 1 + change));
    }
  }
  return factors;
}

/**
 * `anchorFit(…).fitness` from logarithms: the worst ratio of two sides is then the largest difference, and only the best
 * anchor of a box needs an exponential.
 */
function fitnessOf(logarithms: Float64Array, anchors: Float64Array, threshold: number): number {
  const limit = Math.log(threshold);
  const logAnchors = anchors.map(Math.log);
  let total = 0;
  for (let i = 0; i < logarithms.length; i += 2) {
    const width = logarithms[i] as number;
    const height = logarithms[i + 1] as number;
    let least = limit;
    for (let a = 0; a < logAnchors.length; a += 2) {
      const across = Math.abs(width - (logAnchors[a] as number));
      const down = Math.abs(height - (logAnchors[a + 1] as number));
      const distance = Math.max(across, down);
      if (distance < least) least = distance;
    }
    if (least < limit) total += Math.exp(-least);
  }
  return total / (logarithms.length / 2);
}
