import type { Boxes } from "./boxes.ts";

/**
 * Detections as lines of a label file in YOLO's form: `class x y width height` as shares of the image, and the confidence
 * where it is asked for, to six digits.
 */
export function labelLines(boxes: Boxes, { conf = false }: { conf?: boolean }): string {
  const shares = boxes.xywhn;
  const short = (value: number): number => Number(value.toPrecision(6));
  return Array.from({ length: boxes.count }, (_, i) => {
    const numbers = [...shares.subarray(4 * i, 4 * i + 4), ...(conf ? [boxes.scores[i] as number] : [])];
    return `${[boxes.classes[i], ...numbers.map(short)].join(" ")}\n`;
  }).join("");
}
