import type { Detections } from "../detections.ts";
import type { ResolvedNmsOptions } from "./options.ts";

/** Candidates from best to worst; boxes are rows of xyxy in pixels. */
type RankedBoxes = Pick<Detections, "boxes" | "classes">;

/**
 * Greedy non-maximum suppression: the positions of the boxes that stay, in order.
 *
 * All arithmetic is rounded to single precision step by step, as in the references, because moving boxes by
 * class · 7680 coarsens their coordinates enough to decide cases.
 */
export function suppress(
  ranked: RankedBoxes,
  { iou, maxDet, classOffset }: Pick<ResolvedNmsOptions, "iou" | "maxDet" | "classOffset">,
): Int32Array {
  const count = ranked.classes.length;
  const limit = Math.min(maxDet, count);
  const chains = chainNumbers(ranked, classOffset);
  const kept = new KeptBoxes(limit, chains);
  const moved = new Float32Array(4);
  for (let i = 0; i < count && kept.count < limit; i++) {
    const shift = Math.fround(ranked.classes[i]! * classOffset);
    for (let side = 0; side < 4; side++) moved[side] = ranked.boxes[i * 4 + side]! + shift;
    kept.addUnlessCovered(moved, i, iou);
  }
  return kept.positions.subarray(0, kept.count);
}

/**
 * For each box the number of its chain: only boxes of one chain need comparing. Classes get chains of their own where
 * their offset surely keeps them apart, which spares most comparisons.
 */
function chainNumbers(ranked: RankedBoxes, classOffset: number): Int32Array {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < ranked.boxes.length; i += 4) {
    low = Math.min(low, ranked.boxes[i]!);
    high = Math.max(high, ranked.boxes[i + 2]!);
  }
  // Half the offset leaves room for its rounding. NaN and infinite coordinates fail this and share one chain.
  const apart = high - low < classOffset / 2;
  return apart ? ranked.classes : new Int32Array(ranked.classes.length);
}

/** Boxes that stay, linked into chains, the latest first. */
class KeptBoxes {
  count = 0;
  readonly positions: Int32Array;
  readonly #boxes: Float32Array;
  readonly #areas: Float32Array;
  readonly #chains: Int32Array;
  readonly #previous: Int32Array;
  readonly #latest: Int32Array;

  constructor(limit: number, chains: Int32Array) {
    this.positions = new Int32Array(limit);
    this.#boxes = new Float32Array(limit * 4);
    this.#areas = new Float32Array(limit);
    this.#previous = new Int32Array(limit);
    this.#chains = chains;
    this.#latest = new Int32Array(chains.reduce((most, chain) => Math.max(most, chain + 1), 0)).fill(-1);
  }

  addUnlessCovered(box: Float32Array, position: number, threshold: number): void {
    const width = Math.fround(box[2]! - box[0]!);
    const height = Math.fround(box[3]! - box[1]!);
    const area = Math.fround(width * height);
    const chain = this.#chains[position]!;
    for (let k = this.#latest[chain]!; k >= 0; k = this.#previous[k]!) {
      if (this.#iouWith(k, box, area) > threshold) return;
    }
    const k = this.count++;
    this.positions[k] = position;
    this.#boxes.set(box, k * 4);
    this.#areas[k] = area;
    this.#previous[k] = this.#latest[chain]!;
    this.#latest[chain] = k;
  }

  #iouWith(k: number, box: Float32Array, area: number): number {
    const kept = this.#boxes;
    const at = k * 4;
    const width = Math.fround(Math.min(kept[at + 2]!, box[2]!) - Math.max(kept[at]!, box[0]!));
    if (width <= 0) return 0;
    const height = Math.fround(Math.min(kept[at + 3]!, box[3]!) - Math.max(kept[at + 1]!, box[1]!));
    if (height <= 0) return 0;
    const shared = Math.fround(width * height);
    return Math.fround(shared / Math.fround(Math.fround(this.#areas[k]! + area) - shared));
  }
}
