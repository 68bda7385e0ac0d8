import { assign } from "../assign.ts";
import { PairCounts } from "./pair-counts.ts";

/** IoU from which a pair counts: 0.05, 0.10 … 0.95. */
export const hotaThresholds: readonly number[] = Array.from({ length: 19 }, (_, i) => 0.05 * (i + 1));

/** Sums over one or more sequences, one number a threshold. */
export interface HotaSums {
  pairs: number[];
  misses: number[];
  falsePositives: number[];
  /** Σ of IoU over pairs, and of the share of boxes that their object and identity have in common. */
  overlap: number[];
  association: number[];
}

/** One frame for HOTA. */
export interface HotaFrame {
  objects: readonly number[];
  predictions: readonly number[];
  /** [objects, predictions], row-major. */
  overlaps: Float64Array;
}

/** An IoU equals its threshold within rounding. */
const epsilon = 2 ** -52;

/**
 * HOTA (Luiten et al., 2020, arXiv:2009.07736) of one sequence, as TrackEval 1.3 counts: frames are paired so that identities
 * which overlap over the whole sequence are preferred.
 */
export function hotaSums(frames: readonly HotaFrame[]): HotaSums {
  const potential = new PairCounts();
  for (const { objects, predictions, overlaps } of frames) {
    potential.see(objects, predictions);
    const columns = predictions.length;
    const rowSums = objects.map((_, i) => overlaps.subarray(i * columns, (i + 1) * columns).reduce(sum, 0));
    const columnSums = predictions.map((_, j) =>
      objects.reduce((total, _id, i) => total + at(overlaps, i * columns + j), 0),
    );
    for (const [i, object] of objects.entries()) {
      for (const [j, prediction] of predictions.entries()) {
        const overlap = at(overlaps, i * columns + j);
        if (overlap <= 0) continue;
        potential.add(object, prediction, overlap / ((rowSums[i] as number) + (columnSums[j] as number) - overlap));
      }
    }
  }

  const zeros = (): number[] => hotaThresholds.map(() => 0);
  const sums: HotaSums = {
    pairs: zeros(),
    misses: zeros(),
    falsePositives: zeros(),
    overlap: zeros(),
    association: zeros(),
  };
  const matched = hotaThresholds.map(() => new PairCounts());
  for (const { objects, predictions, overlaps } of frames) {
    const costs = overlaps.map((overlap, i) => {
      if (overlap <= 0) return Number.NaN;
      const object = objects[Math.trunc(i / predictions.length)] as number;
      const prediction = predictions[i % predictions.length] as number;
      const shared = potential.of(object, prediction);
      return (-overlap * shared) / potential.union(object, prediction, shared);
    });
    const columnOf = assign(costs, [objects.length, predictions.length], 0);
    const paired = [...columnOf.entries()].filter(([, column]) => column >= 0);
    for (const [a, threshold] of hotaThresholds.entries()) {
      let pairs = 0;
      for (const [row, column] of paired) {
        const overlap = at(overlaps, row * predictions.length + column);
        if (overlap < threshold - epsilon) continue;
        pairs++;
        sums.overlap[a] = (sums.overlap[a] as number) + overlap;
        matched[a]?.add(objects[row] as number, predictions[column] as number);
      }
      sums.pairs[a] = (sums.pairs[a] as number) + pairs;
      sums.misses[a] = (sums.misses[a] as number) + objects.length - pairs;
      sums.falsePositives[a] = (sums.falsePositives[a] as number) + predictions.length - pairs;
    }
  }
  for (const [a, counts] of matched.entries()) {
    for (const { object, prediction, amount } of counts) {
      const share = amount / Math.max(1, potential.union(object, prediction, amount));
      sums.association[a] = (sums.association[a] as number) + amount * share;
    }
  }
  return sums;
}

function at(values: Float64Array, index: number): number {
  return values[index] as number;
}

function sum(a: number, b: number): number {
  return a + b;
}
