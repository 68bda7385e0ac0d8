import { LookonceError } from "@lookonce/errors";
import type { Random } from "@lookonce/random";
import type { BatchPlan } from "../rectangular.ts";
import { drawByWeight } from "./image-weights.ts";

/** What the order of an epoch's images depends on. */
export interface EpochOrder {
  /** Images to choose from. */
  count: number;
  /** Images in a batch. */
  batch: number;
  /** Side of the square batches, in pixels. */
  imgsz: number;
  /** Shuffles, or draws by weight; without it the images keep their order. */
  shuffle?: Random | undefined;
  /** How likely each image is to be drawn, with replacement; needs `shuffle`. */
  weights?: ArrayLike<number> | undefined;
}

/**
 * The square batches of an epoch: every image once, in order or shuffled, or drawn by weight; the last may be smaller.
 *
 * @throws LookonceError `ARGUMENT` when there is not one finite weight of at least 0 for every image
 */
export function planEpoch(epoch: number, order: EpochOrder): BatchPlan[] {
  const { batch, imgsz } = order;
  const indices = orderOf(epoch, order);
  return Array.from({ length: Math.ceil(indices.length / batch) }, (_, i) => {
    return { indices: indices.slice(i * batch, (i + 1) * batch), height: imgsz, width: imgsz };
  });
}

function orderOf(epoch: number, { count, shuffle, weights }: EpochOrder): number[] {
  if (shuffle === undefined) return Array.from({ length: count }, (_, i) => i);
  if (weights === undefined) return shuffle.fork("shuffle", epoch).permutation(count);
  const bad = Array.from(weights).findIndex((weight) => !(weight >= 0 && weight < Number.POSITIVE_INFINITY));
  if (weights.length !== count || bad >= 0) {
    const came = weights.length === count ? `weight ${bad} is ${weights[bad]}` : `there are ${weights.length}`;
    const wanted = `a number of at least 0 for each of ${count} images`;
    throw new LookonceError("ARGUMENT", `weights must have ${wanted}: ${came}.`);
  }
  return drawByWeight(weights, count, shuffle.fork("weights", epoch));
}
