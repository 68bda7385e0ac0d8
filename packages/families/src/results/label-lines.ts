import { type Detections, type ImageSize, xyxyToNormalizedXywh } from "@lookonce/geometry";
import { resultEntries } from "./result-entry.ts";

/** What {@link labelLines} needs. */
export interface LabelLinesOptions {
  /** What the detections have besides boxes: the task's `entries`. Default none. */
  entries?: Readonly<Record<string, unknown>>;
  /** Names of the classes. */
  names: readonly string[];
  /** Whether lines have the confidence. Default false. */
  conf?: boolean;
}

/**
 * Detections as lines of a label file: class, the task's values as fractions of the image to six digits (of boxes center x,
 * center y, width, height), the confidence where it is asked for, and the identity of what was tracked.
 */
export function labelLines(
  { boxes, scores, classes, ids, count }: Detections,
  size: ImageSize,
  { entries = {}, names, conf = false }: LabelLinesOptions,
): string[] {
  const parts = resultEntries(entries);
  for (const part of parts) {
    const lines = part.lines(names);
    if (lines !== undefined) return [...lines];
  }
  const shares = xyxyToNormalizedXywh(boxes, size);
  return Array.from({ length: count }, (_, i) => {
    const box: readonly number[] = [...shares.subarray(4 * i, 4 * i + 4)];
    const values = parts.reduce((line, part) => part.lineValues(i, line), box);
    const numbers = conf ? [...values, scores[i] as number] : values;
    const short = numbers.map((value) => Number(value.toPrecision(6)));
    return [classes[i], ...short, ...(ids === undefined ? [] : [ids[i]])].join(" ");
  });
}
