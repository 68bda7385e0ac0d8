import { accumulationSteps } from "../warmup.ts";

/** The batch that requests the largest one that fits. */
export const findBatch = -1;

/** A step's memory at one batch, in bytes. */
export interface Measurement {
  batch: number;
  /** Of the graph that updates the weights. */
  update: number;
  /** Of that one and the graph that only accumulates gradients, which small batches need beside it. */
  both: number;
}

/** Result of `autoBatch`. */
export interface AutoBatchReport {
  batch: number;
  line: string;
  /** Bytes that were free, and those that a step took. */
  free: number;
  measured: readonly Measurement[];
}

type Point = readonly [batch: number, bytes: number];

/** The line bytes = start + slope · batch through points, by least squares. */
export function fitLine(points: readonly Point[]): { start: number; slope: number } {
  const mean = (of: (point: Point) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean(([batch]) => batch), mean(([, bytes]) => bytes)];
  const slope = mean(([batch, bytes]) => (batch - x) * (bytes - y)) / mean(([batch]) => (batch - x) ** 2);
  return { start: y - slope * x, slope };
}

/**
 * Returns the largest batch whose step fits into the budget by lines through the measurements; at least 1. From 16 on
 * it is a multiple of 8, from 4 on an even number. Where the measurements do not grow, it is the largest one measured:
 * that one is known to fit.
 *
 * @param limits bytes that a step may use, the nominal batch, and the largest batch that makes sense
 */
export function largestBatch(
  measured: readonly Measurement[],
  { budget, nbs, limit }: Record<"budget" | "nbs" | "limit", number>,
): number {
  const update = fitLine(measured.map((one) => [one.batch, one.update]));
  const both = fitLine(measured.map((one) => [one.batch, one.both]));
  if (!(update.slope > 0 && both.slope > 0)) return roundDown(Math.min(limit, measured.at(-1)?.batch ?? 1));
  for (let batch = limit; batch > 1; batch--) {
    const { start, slope } = accumulationSteps({ batch, nbs }) > 1 ? both : update;
    if (start + slope * batch <= budget) return roundDown(batch);
  }
  return 1;
}

function roundDown(batch: number): number {
  const multiple = batch >= 16 ? 8 : batch >= 4 ? 2 : 1;
  return batch - (batch % multiple);
}
