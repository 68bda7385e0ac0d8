import type { Size } from "@lookonce/image";

/**
 * An outline as `count` points, at equal distances in index along it; positions between two corners are interpolated
 * (YOLOv5 6.1, YOLOv8 8.3: 1,000 points).
 *
 * @param closed whether the edge from the last corner to the first is walked as well, as YOLOv8 does; YOLOv5 6.1 leaves it
 *   out, so that what only this edge shows of an object is lost
 */
export function resamplePolygon(polygon: ArrayLike<number>, count: number, closed: boolean): Float64Array {
  const corners = polygon.length / 2;
  const last = closed ? corners : corners - 1;
  const points = new Float64Array(count * 2);
  for (let i = 0; i < count; i++) {
    const position = (i * last) / (count - 1);
    const index = Math.min(Math.floor(position), corners - 1);
    const next = Math.min(index + 1, last) % corners;
    for (let axis = 0; axis < 2; axis++) {
      const a = polygon[index * 2 + axis] as number;
      const b = polygon[next * 2 + axis] as number;
      points[i * 2 + axis] = a + (b - a) * (position - index);
    }
  }
  return points;
}

/**
 * The box around those points that lie inside the image; 0 0 0 0 when none does.
 *
 * With `clampAround`, an outline that reaches over at least three sides of the image has its points moved to the edge
 * first, because its own points may all lie outside (YOLOv8 8.3; YOLOv5 loses such objects).
 */
export function polygonBox(
  points: ArrayLike<number>,
  { width, height }: Size,
  clampAround: boolean,
): [number, number, number, number] {
  const [left, top, right, bottom] = bounds(points);
  const sides = [left < 0, top < 0, right > width, bottom > height].filter(Boolean).length;
  if (clampAround && sides >= 3) {
    const clamp = (value: number, limit: number): number => Math.min(Math.max(value, 0), limit);
    return [clamp(left, width), clamp(top, height), clamp(right, width), clamp(bottom, height)];
  }
  const inside = bounds(points, (x, y) => x >= 0 && y >= 0 && x <= width && y <= height);
  return inside[0] <= inside[2] ? inside : [0, 0, 0, 0];
}

/** Left, top, right and bottom of the points, or of those that count. */
export function bounds(
  points: ArrayLike<number>,
  counts: (x: number, y: number) => boolean = () => true,
): [number, number, number, number] {
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
