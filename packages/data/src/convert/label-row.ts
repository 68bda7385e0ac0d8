import { pointBounds } from "@lookonce/geometry";
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

/**
 * The row `class x1 y1 … x4 y4` of an oriented box by its corners in pixels. Corners stay outside of the image where the middle
 * of the box is inside and no side of the box around it longer than the image's; otherwise as {@link polygonRow}.
 */
export function cornerRow(label: number, corners: readonly number[], size: Size): LabelRow | undefined {
  const { width, height } = size;
  const values = corners.map((value, i) => value / (i % 2 === 0 ? width : height));
  const [left, top, right, bottom] = pointBounds(values);
  const fits = (low: number, high: number): boolean =>
    low + high >= 0 && low + high <= 2 && high - low <= 1 && high - low > 10 ** -digits;
  if (!fits(left, right) || !fits(top, bottom)) return polygonRow(label, corners, size);
  return { text: `${label} ${values.map(shorten).join(" ")}`, clipped: false };
}

/**
 * The row of a box with x, y in pixels and visibility of each keypoint behind it. A keypoint outside of the image has no label
 * (visibility 0), nor have those of an object without a list.
 *
 * @returns `undefined` when the list is none of that many keypoints
 */
export function keypointRow(
  { text, clipped }: LabelRow,
  points: unknown,
  count: number,
  { width, height }: Size,
): LabelRow | undefined {
  const list: unknown[] = points === undefined || points === null ? Array(count * 3).fill(0) : [points].flat();
  if (list.length !== count * 3 || !list.every(Number.isFinite)) return undefined;
  const values = list.map(Number);
  const row = Array.from({ length: count }, (_, i) => {
    const [x = 0, y = 0, visibility = 0] = values.slice(i * 3, i * 3 + 3);
    const isInside = x >= 0 && y >= 0 && x <= width && y <= height;
    if (!isInside || !(visibility > 0)) return "0 0 0";
    return `${shorten(x / width)} ${shorten(y / height)} ${visibility}`;
  });
  return { text: `${text} ${row.join(" ")}`, clipped };
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function shorten(value: number): number {
  return Number(value.toFixed(digits));
}
