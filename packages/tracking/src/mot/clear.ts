import { assign } from "../assign.ts";

/** Counts of one sequence, from which MOTA and MOTP follow. */
export interface ClearCounts {
  /** Boxes of the ground truth, and of the tracker. */
  objects: number;
  predictions: number;
  /** Pairs of both, of them those whose object had another identity before, and the sum of 1 − IoU over all pairs. */
  pairs: number;
  switches: number;
  distance: number;
  /** How often an object that is tracked later again is missed after it was tracked. */
  fragmentations: number;
}

/** What is known of an object of the ground truth. */
interface ObjectHistory {
  /** The identity that it was last paired with. */
  partner: number;
  isMissed: boolean;
}

/**
 * CLEAR MOT: in each frame pairs of before are kept as long as they overlap enough, the others are paired at the smallest
 * total distance.
 *
 * Bernardin & Stiefelhagen, 2008; with the rules of motmetrics 1.4: an object keeps its partner over frames in which it is
 * missed, and as many pairs are made as can be.
 */
export class ClearAccumulator {
  readonly counts: ClearCounts = { objects: 0, predictions: 0, pairs: 0, switches: 0, distance: 0, fragmentations: 0 };
  readonly #objects = new Map<number, ObjectHistory>();

  /**
   * Adds the next frame.
   *
   * @param distances [objects, predictions], row-major: 1 − IoU, or NaN for what is no pair
   */
  add(objects: readonly number[], predictions: readonly number[], distances: Float64Array): void {
    const { counts } = this;
    counts.objects += objects.length;
    counts.predictions += predictions.length;
    const partners = new Int32Array(objects.length).fill(-1);
    const isTaken = new Uint8Array(predictions.length);
    for (const [row, id] of objects.entries()) {
      const column = predictions.indexOf(this.#objects.get(id)?.partner ?? Number.NaN);
      if (column < 0 || isTaken[column] === 1 || Number.isNaN(distances[row * predictions.length + column])) continue;
      partners[row] = column;
      isTaken[column] = 1;
    }
    const open = distances.map((distance, i) => {
      const row = Math.trunc(i / predictions.length);
      return partners[row] === -1 && isTaken[i % predictions.length] === 0 ? distance : Number.NaN;
    });
    // Being alone costs more than all pairs together
    const columnOf = assign(open, [objects.length, predictions.length], 2 * Math.max(1, objects.length));
    for (const [row, id] of objects.entries()) {
      const kept = partners[row] as number;
      const column = kept >= 0 ? kept : (columnOf[row] as number);
      const history = this.#objects.get(id);
      if (column < 0) {
        if (history !== undefined) history.isMissed = true;
        continue;
      }
      const partner = predictions[column] as number;
      counts.pairs++;
      counts.distance += distances[row * predictions.length + column] as number;
      if (history !== undefined && history.partner !== partner) counts.switches++;
      if (history?.isMissed) counts.fragmentations++;
      this.#objects.set(id, { partner, isMissed: false });
    }
  }
}
