import { checkImage, type EvaluatedImage, overlapsOf } from "./image.ts";
import type { RuleSet } from "./match-detections.ts";

/** Options of {@link ConfusionMatrix}. */
export interface ConfusionOptions {
  /** Only detections with a higher confidence count. Default 0.25, also where validation itself goes down to 0.001. */
  conf?: number;
  /** A detection and a label belong together when their IoU exceeds this. Default 0.45. */
  iou?: number;
  /** Default `7.0`. */
  rules?: RuleSet;
}

/**
 * Counts which classes are taken for which.
 *
 * Row = predicted class, column = true class; the last row counts labels that were missed, the last column detections
 * of nothing. Pairs are formed whatever the classes: a detection asks for the label that it overlaps most, and a label
 * gets, of those that ask, the one it overlaps most; by the rules of 8.4 a detection gets the label that it overlaps most of
 * those that no better one has.
 */
export class ConfusionMatrix {
  /** Number of classes and one, for the background. */
  readonly size: number;
  /** Row-major `[size, size]`. */
  readonly counts: Float64Array;
  readonly #conf: number;
  readonly #iou: number;
  readonly #takesFree: boolean;

  /** @param nc number of classes */
  constructor(nc: number, options: ConfusionOptions = {}) {
    this.size = nc + 1;
    this.counts = new Float64Array(this.size * this.size);
    this.#conf = Math.fround(options.conf ?? 0.25);
    this.#iou = Math.fround(options.iou ?? 0.45);
    this.#takesFree = options.rules === "8.4";
  }

  /** How often `actual` was taken for `predicted`; class number `nc` is the background. */
  at(predicted: number, actual: number): number {
    return this.counts[predicted * this.size + actual]!;
  }

  /**
   * Counts one image.
   *
   * @throws LookonceError `ARGUMENT` or `DATA` when lengths or classes do not fit
   */
  add(image: EvaluatedImage): void {
    const { detections, labels } = image;
    const background = this.size - 1;
    checkImage(image, background);
    const pairs = this.#pair(image);
    const taken = new Set(pairs);
    for (let d = 0; d < detections.classes.length; d++) {
      const counts = detections.scores[d]! > this.#conf && !taken.has(d);
      if (counts) this.count(detections.classes[d]!, background);
    }
    pairs.forEach((detection, l) => {
      this.count(detection < 0 ? background : detections.classes[detection]!, labels.classes[l]!);
    });
  }

  /** Counts that `actual` was taken for `predicted`; class number `nc` is the background. */
  count(predicted: number, actual: number): void {
    this.counts[predicted * this.size + actual]!++;
  }

  /** For each label its detection, or −1. */
  #pair(image: EvaluatedImage): Int32Array {
    const { detections, labels } = image;
    const labelCount = labels.classes.length;
    const overlaps = overlapsOf(image);
    const pairs = new Int32Array(labelCount).fill(-1);
    const ious = new Float32Array(labelCount);
    for (let d = 0; d < detections.classes.length; d++) {
      if (!(detections.scores[d]! > this.#conf)) continue;
      const row = overlaps.subarray(d * labelCount, (d + 1) * labelCount);
      let l = -1;
      let iou = this.#iou;
      for (let candidate = 0; candidate < labelCount; candidate++) {
        const isOpen = !this.#takesFree || pairs[candidate]! < 0;
        if (isOpen && row[candidate]! > iou) {
          iou = row[candidate]!;
          l = candidate;
        }
      }
      if (l < 0 || iou <= ious[l]!) continue;
      ious[l] = iou;
      pairs[l] = d;
    }
    return pairs;
  }
}
