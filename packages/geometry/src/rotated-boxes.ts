import { countRows } from "./box-rows.ts";
import type { ImageSize } from "./formats.ts";
import { checkRatio, type Letterboxing } from "./scale.ts";

// A rotated box is a row of five numbers: center x, center y, width, height, and the angle in radians by which the axis of
// its width is turned from positive x toward positive y, clockwise on a screen.

/** A rotated box: center x, center y, width, height, angle. */
type RotatedRow = [x: number, y: number, width: number, height: number, angle: number];

/**
 * Rotated boxes of rows of center x, center y, width, height and an angle each.
 *
 * @throws LookonceError `ARGUMENT` when the length is no multiple of four
 */
export function withAngles(boxes: ArrayLike<number>, angles: ArrayLike<number>): Float32Array {
  const count = countRows(boxes, 4, "boxes");
  const rotated = new Float32Array(5 * count);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < 4; k++) rotated[5 * i + k] = boxes[4 * i + k]!;
    rotated[5 * i + 4] = angles[i]!;
  }
  return rotated;
}

/**
 * The corners of rotated boxes, rows of eight numbers, in the order of YOLOv8 (8.3): with u half of the width's axis and v
 * half of the height's, c + u + v, c + u − v, c − u − v, c − u + v.
 *
 * @param boxes rows of x, y, width, height, angle
 * @throws LookonceError `ARGUMENT` when the length is no multiple of five
 */
export function rotatedCorners(boxes: ArrayLike<number>): Float32Array {
  const count = countRows(boxes, 5, "boxes");
  const corners = new Float32Array(8 * count);
  for (let i = 0; i < count; i++) {
    const [x, y, half] = [boxes[5 * i]!, boxes[5 * i + 1]!, boxes[5 * i + 2]! / 2];
    const [halfHeight, angle] = [boxes[5 * i + 3]! / 2, boxes[5 * i + 4]!];
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const [ux, uy, vx, vy] = [half * cos, half * sin, -halfHeight * sin, halfHeight * cos];
    corners.set(
      [x + ux + vx, y + uy + vy, x + ux - vx, y + uy - vy, x - ux - vx, y - uy - vy, x - ux + vx, y - uy + vy],
      8 * i,
    );
  }
  return corners;
}

/**
 * The smallest rectangles around the points of each box, as rows of x, y, width, height, angle. The width lies along the side
 * whose direction is in (0, π/2], as in OpenCV 4.5 to 4.12: an upright rectangle has the angle π/2, and its height as width.
 *
 * @param points x and y in turn: the corners of rectangles, or any other polygons of that many points
 * @throws LookonceError `ARGUMENT` when the length is no multiple of a box's
 */
export function cornersToRotated(points: ArrayLike<number>, pointsPerBox = 4): Float32Array {
  const width = 2 * pointsPerBox;
  const count = countRows(points, width, "points");
  const boxes = new Float32Array(5 * count);
  for (let i = 0; i < count; i++) {
    const polygon = Array.from({ length: width }, (_, k) => points[i * width + k]!);
    boxes.set(smallestRectangle(polygon), 5 * i);
  }
  return boxes;
}

/** The same boxes with angles in [0, π/2), as new rows: a quarter turn more exchanges width and height. */
export function regularRotated(boxes: ArrayLike<number>): Float32Array {
  const count = countRows(boxes, 5, "boxes");
  const regular = Float32Array.from(boxes);
  for (let i = 0; i < count; i++) {
    const angle = remainder(boxes[5 * i + 4]!, Math.PI);
    if (angle >= Math.PI / 2) {
      regular[5 * i + 2] = boxes[5 * i + 3]!;
      regular[5 * i + 3] = boxes[5 * i + 2]!;
    }
    regular[5 * i + 4] = remainder(angle, Math.PI / 2);
  }
  return regular;
}

/** The upright boxes around rotated ones, as rows of left, top, right, bottom; not clipped. */
export function enclosingBoxes(boxes: ArrayLike<number>): Float32Array {
  const count = countRows(boxes, 5, "boxes");
  const enclosing = new Float32Array(4 * count);
  for (let i = 0; i < count; i++) {
    const [x, y, width, height] = [boxes[5 * i]!, boxes[5 * i + 1]!, boxes[5 * i + 2]!, boxes[5 * i + 3]!];
    const [cos, sin] = [Math.abs(Math.cos(boxes[5 * i + 4]!)), Math.abs(Math.sin(boxes[5 * i + 4]!))];
    const [right, down] = [(width * cos + height * sin) / 2, (width * sin + height * cos) / 2];
    enclosing.set([x - right, y - down, x + right, y + down], 4 * i);
  }
  return enclosing;
}

/**
 * Rotated boxes in pixels of the letterboxed network input as those of the original image, as new rows. As in YOLOv8 (8.3)
 * x and width are then clipped to the image's width, y and height to its height.
 *
 * @throws LookonceError `ARGUMENT` when a ratio is not positive
 */
export function scaleRotated(
  boxes: ArrayLike<number>,
  { ratio, padding: [left, top] }: Letterboxing,
  { width, height }: ImageSize,
): Float32Array {
  const count = countRows(boxes, 5, "boxes");
  checkRatio(ratio);
  const [across, down] = ratio;
  const within = (value: number, most: number): number => Math.min(Math.max(value, 0), most);
  const scaled = new Float32Array(5 * count);
  for (let at = 0; at < scaled.length; at += 5) {
    scaled[at] = within((boxes[at]! - left) / across, width);
    scaled[at + 1] = within((boxes[at + 1]! - top) / down, height);
    scaled[at + 2] = within(boxes[at + 2]! / across, width);
    scaled[at + 3] = within(boxes[at + 3]! / down, height);
    scaled[at + 4] = boxes[at + 4]!;
  }
  return scaled;
}

/** The remainder of a division, never negative. */
function remainder(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}

/**
 * The rectangle of least area around points, x and y in turn: one of its sides lies along one of their hull's.
 *
 * Of a triangle the rectangles along two sides have the same area. So that it is the one that OpenCV finds, areas are
 * computed in single precision, and calipers turn from an upright rectangle (Toussaint, 1983) and keep the last of the least.
 */
function smallestRectangle(points: readonly number[]): RotatedRow {
  const hull = convexHull(points.map(Math.fround));
  const [x, y] = hull[0]!;
  let best: RotatedRow = [x, y, 0, 0, Math.PI / 2];
  if (hull.length < 2) return best;
  let least = Number.POSITIVE_INFINITY;
  const directions = hull.map((point, i) => directionOf(point, hull[(i + 1) % hull.length]!));
  for (const direction of directions.sort((a, b) => Math.atan2(a.sin, a.cos) - Math.atan2(b.sin, b.cos))) {
    const { box, area } = rectangleAlong(direction, hull);
    if (area <= least) [best, least] = [box, area];
  }
  return best;
}

/** A direction in single precision. */
interface Direction {
  cos: number;
  sin: number;
}

/** From one point to another, turned by quarters until it lies in [0, π/2): the directions of all sides of a rectangle. */
function directionOf([x1, y1]: Point, [x2, y2]: Point): Direction {
  const [dx, dy] = [Math.fround(x2 - x1), Math.fround(y2 - y1)];
  const inverse = Math.fround(1 / Math.sqrt(dx * dx + dy * dy));
  let [cos, sin] = [Math.fround(dx * inverse), Math.fround(dy * inverse)];
  for (let turn = 0; turn < 3 && !(cos > 0 && sin >= 0); turn++) [cos, sin] = [sin, -cos];
  return { cos, sin };
}

/** The rectangle along a direction around points, and its area in single precision. */
function rectangleAlong({ cos, sin }: Direction, points: readonly Point[]): { box: RotatedRow; area: number } {
  const [left, right] = extremes(points, ([x, y]) => x * cos + y * sin);
  const [top, bottom] = extremes(points, ([x, y]) => y * cos - x * sin);
  const area = Math.fround(
    lengthAlong(left.point, right.point, [cos, sin]) * lengthAlong(top.point, bottom.point, [-sin, cos]),
  );
  const [u, v] = [(left.at + right.at) / 2, (top.at + bottom.at) / 2];
  const center = [u * cos - v * sin, u * sin + v * cos] as const;
  const [along, across] = [right.at - left.at, bottom.at - top.at];
  if (sin === 0) return { box: [...center, across, along, Math.PI / 2], area };
  return { box: [...center, along, across, Math.atan2(sin, cos)], area };
}

/** How far two points are apart along a direction, in single precision. */
function lengthAlong([x1, y1]: Point, [x2, y2]: Point, [cos, sin]: readonly [number, number]): number {
  return Math.fround(Math.fround(Math.fround(x2 - x1) * cos) + Math.fround(Math.fround(y2 - y1) * sin));
}

/** The points that are first and last by a measure. */
function extremes(points: readonly Point[], measure: (point: Point) => number): [Extreme, Extreme] {
  const measured = points.map((point) => ({ point, at: measure(point) }));
  const pick = (isBeyond: (a: number, b: number) => boolean): Extreme =>
    measured.reduce((one, other) => (isBeyond(other.at, one.at) ? other : one));
  return [pick((a, b) => a < b), pick((a, b) => a > b)];
}

interface Extreme {
  point: Point;
  at: number;
}

type Point = readonly [x: number, y: number];

/** The corners of the convex hull of points in order (Andrew, 1979); of points in a line the two ends. */
function convexHull(points: readonly number[]): Point[] {
  const sorted = Array.from({ length: points.length / 2 }, (_, i): Point => [points[2 * i]!, points[2 * i + 1]!])
    .sort(([x1, y1], [x2, y2]) => x1 - x2 || y1 - y2)
    .filter(([x, y], i, all) => i === 0 || x !== all[i - 1]![0] || y !== all[i - 1]![1]);
  const lower = hullChain(sorted);
  const upper = hullChain(sorted.reverse());
  const hull = [...lower.slice(0, -1), ...upper.slice(0, -1)];
  return hull.length > 0 ? hull : lower;
}

/** The points of a chain that turns in one direction. */
function hullChain(sorted: readonly Point[]): Point[] {
  const chain: Point[] = [];
  for (const point of sorted) {
    while (chain.length > 1 && !turns(chain[chain.length - 2]!, chain[chain.length - 1]!, point)) chain.pop();
    chain.push(point);
  }
  return chain;
}

function turns([x1, y1]: Point, [x2, y2]: Point, [x3, y3]: Point): boolean {
  return (x2 - x1) * (y3 - y1) - (y2 - y1) * (x3 - x1) > 0;
}
