import type { ImageSize } from "../formats.ts";

/** Left, top, right and bottom. */
type Sides = [left: number, top: number, right: number, bottom: number];

/** The box around points, rows of x, y; infinite, its right left of its left, where there is none. */
export function pointBounds(points: ArrayLike<number>, counts: (x: number, y: number) => boolean = () => true): Sides {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < points.length; i += 2) {
    const x = points[i] as number;
    const y = points[i + 1] as number;
    if (!counts(x, y)) continue;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return [left, top, right, bottom];
}

/**
 * The box around those points of a polygon that lie inside the image, its edges included; 0 0 0 0 when none does but on its
 * left edge.
 *
 * With `clampAround`, a polygon that reaches over at least three sides of the image has its points moved to the edge
 * first, because its own points may all lie outside (YOLOv8 8.3; YOLOv5 loses such objects).
 *
 * @param points rows of x, y in pixels
 */
export function polygonBox(points: ArrayLike<number>, { width, height }: ImageSize, clampAround = true): Sides {
  const [left, top, right, bottom] = pointBounds(points);
  const sides = [left < 0, top < 0, right > width, bottom > height].filter(Boolean).length;
  if (clampAround && sides >= 3) {
    const clamp = (value: number, limit: number): number => Math.min(Math.max(value, 0), limit);
    return [clamp(left, width), clamp(top, height), clamp(right, width), clamp(bottom, height)];
  }
  const inside = pointBounds(points, (x, y) => x >= 0 && y >= 0 && x <= width && y <= height);
  return inside[2] > 0 ? inside : [0, 0, 0, 0];
}
