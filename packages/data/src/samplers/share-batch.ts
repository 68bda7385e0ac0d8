import type { BatchPlan } from "../rectangular.ts";

/** One of several processes that share every batch. */
export interface Sharer {
  /** From 0. */
  rank: number;
  /** Their number. */
  size: number;
}

/** A rank's images of a batch, by their place in it: `from` to before `to` of `of`; none where both are equal. */
export interface BatchShare {
  from: number;
  to: number;
  of: number;
}

/** Deals a batch out: consecutive images for each rank, in numbers that differ by at most one. */
export function shareOf(of: number, { rank, size }: Sharer): BatchShare {
  const start = (number: number): number => Math.ceil((number * of) / size);
  return { from: start(rank), to: start(rank + 1), of };
}

/**
 * A rank's images of a batch. A rank that gets none has the batch's first image, which does not count: all ranks compute a
 * step of the same parts.
 */
export function sharedPlan(plan: BatchPlan, sharer: Sharer): BatchPlan {
  const { from, to } = shareOf(plan.indices.length, sharer);
  const [start, end] = from === to ? [0, 1] : [from, to];
  const { indices, repeats } = plan;
  return {
    ...plan,
    indices: indices.slice(start, end),
    ...(repeats === undefined ? {} : { repeats: repeats.slice(start, end) }),
  };
}
