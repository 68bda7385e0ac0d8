import { iouMatrix } from "@lookonce/geometry";
import { assign } from "../assign.ts";
import { ClearAccumulator, type ClearCounts } from "./clear.ts";
import { type HotaFrame, type HotaSums, hotaSums, hotaThresholds } from "./hota.ts";
import { framesOf, type MotRows } from "./mot-rows.ts";
import { PairCounts } from "./pair-counts.ts";

/** Scores of a tracker. Without ground truth, or without tracks, those that cannot be computed are 0. */
export interface MotScores {
  /** 1 − (misses + false positives + switches) / objects (CLEAR MOT); below 0 where mistakes are many. */
  mota: number;
  /** Mean of 1 − IoU over pairs: smaller is better, as motmetrics has it. */
  motp: number;
  /** F1, precision and recall of boxes with the right identity, under the best assignment of identities (Ristani, 2016). */
  idf1: number;
  idp: number;
  idr: number;
  /** Higher order tracking accuracy, with its parts: detection, association, localization; means over 19 IoU thresholds. */
  hota: number;
  deta: number;
  assa: number;
  loca: number;
  /** Boxes of the ground truth. */
  objects: number;
  misses: number;
  falsePositives: number;
  switches: number;
  fragmentations: number;
}

/** A pair overlaps by this IoU at least, for all scores but HOTA. */
const minIou = 0.5;

/**
 * Scores a tracker against ground truth: MOTA, MOTP, IDF1, HOTA, identity switches, fragmentations. Numbers equal those of
 * motmetrics 1.4 (IoU distance, 0.5) and TrackEval 1.3.
 */
export class MotMetrics {
  readonly #clear: ClearCounts = new ClearAccumulator().counts;
  /** Boxes whose identity is right. */
  #right = 0;
  readonly #hota: HotaSums = hotaSums([]);

  /** Adds a sequence; identities of different sequences have nothing to do with each other. */
  add(truth: MotRows, tracked: MotRows): void {
    const [objects, predictions] = [framesOf(truth), framesOf(tracked)];
    const clear = new ClearAccumulator();
    const pairs = new PairCounts();
    const frames: HotaFrame[] = [];
    for (const frame of [...new Set([...objects.keys(), ...predictions.keys()])].sort((a, b) => a - b)) {
      const { ids, boxes } = objects.get(frame) ?? { ids: [], boxes: [] };
      const { ids: others, boxes: found } = predictions.get(frame) ?? { ids: [], boxes: [] };
      const overlaps = Float64Array.from(iouMatrix(boxes, found));
      const distances = overlaps.map((overlap) => (overlap < minIou ? Number.NaN : 1 - overlap));
      clear.add(ids, others, distances);
      pairs.see(ids, others);
      for (const [i, distance] of distances.entries()) {
        if (distance >= 0) pairs.add(ids[Math.trunc(i / others.length)] as number, others[i % others.length] as number);
      }
      frames.push({ objects: ids, predictions: others, overlaps });
    }
    for (const key of Object.keys(this.#clear) as (keyof ClearCounts)[]) this.#clear[key] += clear.counts[key];
    this.#right += rightIdentities(pairs);
    const sums = hotaSums(frames);
    for (const key of Object.keys(sums) as (keyof HotaSums)[]) {
      for (const [a, value] of sums[key].entries()) this.#hota[key][a] = (this.#hota[key][a] as number) + value;
    }
  }

  /** The scores of all sequences together. */
  result(): MotScores {
    const { objects, predictions, pairs, switches, distance, fragmentations } = this.#clear;
    const right = this.#right;
    const [misses, falsePositives] = [objects - pairs, predictions - pairs];
    return {
      mota: objects === 0 ? 0 : 1 - (misses + falsePositives + switches) / objects,
      motp: ratio(distance, pairs),
      idf1: ratio(2 * right, objects + predictions),
      idp: ratio(right, predictions),
      idr: ratio(right, objects),
      ...hotaScores(this.#hota),
      objects,
      misses,
      falsePositives,
      switches,
      fragmentations,
    };
  }
}

function hotaScores({
  pairs,
  misses,
  falsePositives,
  overlap,
  association,
}: HotaSums): Pick<MotScores, "hota" | "deta" | "assa" | "loca"> {
  const parts = hotaThresholds.map((_, a) => {
    const found = pairs[a] as number;
    const deta = ratio(found, found + (misses[a] as number) + (falsePositives[a] as number));
    const assa = ratio(association[a] as number, found);
    // Where nothing is paired, TrackEval's localization is perfect
    const loca = found === 0 ? 1 : (overlap[a] as number) / found;
    return { hota: Math.sqrt(deta * assa), deta, assa, loca };
  });
  const mean = (key: "hota" | "deta" | "assa" | "loca"): number =>
    parts.reduce((total, part) => total + part[key], 0) / parts.length;
  return { hota: mean("hota"), deta: mean("deta"), assa: mean("assa"), loca: mean("loca") };
}

/** Boxes whose identity is right under the assignment of identities to objects that makes most right. */
function rightIdentities(pairs: PairCounts): number {
  const [objects, predictions] = [[...pairs.objects.keys()], [...pairs.predictions.keys()]];
  const costs = objects.flatMap((object) => predictions.map((prediction) => -pairs.of(object, prediction)));
  const columnOf = assign(costs, [objects.length, predictions.length], 0);
  return [...columnOf.entries()].reduce((right, [row, column]) => {
    return column < 0 ? right : right - (costs[row * predictions.length + column] as number);
  }, 0);
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
