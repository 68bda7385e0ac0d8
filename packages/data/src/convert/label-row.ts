import type { Size } from "@lookonce/image";

/** Digits behind the point in label files: a thousandth of a pixel for any image of today. */
const digits = 6;

/** A row of a label file. */
export interface LabelRow {
  text: string;
  /** Whether something stuck out of the image and was cut off. */
  clipped: boolean;
}

/** The row `class cx cy w h` of a box by its corners in pixels, cut off at the border; `undefined` if none is left. */
export function boxRow(
  label: number,
  [x1, y1, x2, y2]: readonly [number, number, number, number],
  { width, height }: Size,
): LabelRow | undefined {
  const [left, right] = [clamp(x1 / width), clamp(x2 / width)];
  const [top, bottom] = [clamp(y1 / height), clamp(y2 / height)];
  const least = 10 ** -digits;
  if (right - left < least || bottom - top < least) return undefined;
  const values = [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top].map(shorten);
  // Some tools write the last pixel as one too many; a hair over the border is rounding
  const hair = 0.01;
  const clipped = x1 < -hair || y1 < -hair || x2 > width + hair || y2 > height + hair;
  return { text: `${label} ${values.join(" ")}`, clipped };
}

/** The row `class x1 y1 x2 y2 …` of a polygon in pixels, moved into the image; `undefined` when it then has no area. */
export function polygonRow(label: number, points: readonly number[], { width, height }: Size): LabelRow | undefined {
  const values = points.map((value, i) => shorten(clamp(value / (i % 2 === 0 ? width : height))));
  const isFlat = [0, 1].some((axis) => new Set(values.filter((_, i) => i % 2 === axis)).size < 2);
  if (isFlat) return undefined;
  const clipped = points.some((value, i) => value < 0 || value > (i % 2 === 0 ? width : height));
  return { text: `${label} ${values.join(" ")}`, clipped };
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function shorten(value: number): number {
  return Number(value.toFixed(digits));
}
