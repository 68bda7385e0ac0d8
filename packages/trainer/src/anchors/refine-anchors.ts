import type { Random } from "@lookonce/random";

/** Options of {@link refineAnchors}. */
export interface RefineOptions {
  rng: Random;
  /** Changes to try. */
  generations: number;
  /** Largest ratio of sides that still matches. */
  threshold: number;
}

/** Of the mutation: how likely a side changes, by how much, and how small it may become (YOLOv5 7.0). */
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
export function refineAnchors(sizes: Float32Array, anchors: Float64Array, options: RefineOptions): Float64Array {
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

/** Factors for so many sides, of which at least one is not 1. */
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
