/**
 * A closed polygon with more points: every corner, the first once more at the end, and between them points at equal
 * distances in index, `count` in all (YOLOv8 8.3: 1,000, of oriented boxes 100). One that has `count` points or more
 * stays as it is: YOLOv8 resamples to the longest polygon of an image instead, which keeps the same outline.
 *
 * @param polygon rows of x, y
 */
export function resamplePolygon(polygon: Float32Array, count: number): Float32Array {
  const corners = polygon.length / 2;
  if (corners >= count || corners === 0) return polygon;
  const points = new Float32Array(count * 2);
  const between = count - corners - 1;
  // As many corners as fit, then the first again: no room for points between
  if (between < 1) {
    points.set(polygon);
    points.set(polygon.subarray(0, 2), corners * 2);
    return points;
  }
  const step = between > 1 ? corners / (between - 1) : 0;
  for (let i = 0, corner = 0, next = 0; i < count; i++) {
    // Where a point between falls on a corner, the corner is first
    const isCorner = corner <= corners && (next >= between || corner <= next * step);
    const position = isCorner ? corner++ : next++ * step;
    setPointAt(points, i, polygon, position);
  }
  return points;
}

/**
 * `count` points of an outline at equal distances in index; corners between them are lost (YOLOv5 6.1, 7.0: 1,000).
 *
 * @param polygon rows of x, y
 * @param closed whether the edge from the last corner to the first counts, as in 7.0; 6.1 leaves it out
 */
export function sampleOutline(polygon: Float32Array, count: number, closed: boolean): Float32Array {
  const last = polygon.length / 2 - (closed ? 0 : 1);
  const points = new Float32Array(count * 2);
  for (let i = 0; i < count; i++) setPointAt(points, i, polygon, (i * last) / (count - 1));
  return points;
}

/** Writes the point at a position along a closed polygon: a whole number is a corner, their number the first again. */
function setPointAt(points: Float32Array, i: number, polygon: Float32Array, position: number): void {
  const corners = polygon.length / 2;
  const index = Math.min(Math.floor(position), corners - 1);
  const next = (index + 1) % corners;
  const part = position - index;
  for (let axis = 0; axis < 2; axis++) {
    const a = polygon[index * 2 + axis] as number;
    points[i * 2 + axis] = a + ((polygon[next * 2 + axis] as number) - a) * part;
  }
}
