import { interpolate, unitSteps } from "./interpolate.ts";
import type { RuleSet } from "./match-detections.ts";

/** Recalls at which COCO samples the precision. */
const RECALLS: Float64Array = unitSteps(101);

/** Result of {@link averagePrecision}. */
export interface PrecisionRecall {
  /** Area under the precision envelope over recall. */
  ap: number;
  /** Recall from 0 to 1, with a point added at either end, or two at the last. */
  recall: Float64Array;
  /** At each recall the highest precision at this recall or a higher one; starts at 1 and ends at 0. */
  envelope: Float64Array;
}

/**
 * Average precision of one class at one IoU threshold: the precision envelope is sampled at 101 recalls (as COCO does)
 * and integrated by the trapezium rule (YOLOv5's and YOLOv8's convention, so a perfect detector has 0.995).
 *
 * @param recall after each detection, from the most confident one on; ascending
 * @param precision after each detection
 * @param rules in those of 8.4, no precision counts beyond the highest recall
 */
export function averagePrecision(
  recall: ArrayLike<number>,
  precision: ArrayLike<number>,
  { rules = "7.0" }: { rules?: RuleSet } = {},
): PrecisionRecall {
  const ends = rules === "8.4" && recall.length > 0 ? [recall[recall.length - 1]!, 1] : [1];
  const extended = between(0, recall, ends);
  const envelope = between(1, precision, new Float64Array(ends.length));
  for (let i = envelope.length - 2; i >= 0; i--) envelope[i] = Math.max(envelope[i]!, envelope[i + 1]!);
  const sampled = interpolate(RECALLS, { x: extended, y: envelope }, 1);
  let ap = 0;
  for (let i = 1; i < RECALLS.length; i++)
    ap += ((sampled[i]! + sampled[i - 1]!) / 2) * (RECALLS[i]! - RECALLS[i - 1]!);
  return { ap, recall: extended, envelope };
}

function between(first: number, values: ArrayLike<number>, last: ArrayLike<number>): Float64Array {
  const out = new Float64Array(1 + values.length + last.length);
  out[0] = first;
  out.set(values, 1);
  out.set(last, values.length + 1);
  return out;
}
