import type { Level } from "./pyramid.ts";

/** Half the side of the window around a point: 15 × 15 pixels. */
const radius = 7;
const side = 2 * radius + 1;
/** A step shorter than this, in pixels, is the last one. */
const lastStep = 0.02;
const maxSteps = 20;
/** Least curvature of the difference, for the mean over the window's pixels: below it a window is flat, or an edge. */
const minCurvature = 1;
/** Largest mean difference of two windows that show the same, in gray values. */
const maxDifference = 20;

/** [side + 2, side + 2] and [side, side] three times: the window before, with a pixel around it, and its gradients. */
const patch = new Float32Array((side + 2) ** 2);
const window = new Float32Array(side * side);
const [gradientX, gradientY] = [new Float32Array(side * side), new Float32Array(side * side)];

/** Points that were found again. */
export interface FollowedPoints {
  /** [count, 2] each: where they were, and where they are. */
  before: Float32Array;
  now: Float32Array;
}

/**
 * Finds points of one image again in the next: pyramidal Lucas–Kanade (Bouguet, 2000), from the coarsest level to the finest.
 * Points that leave the image, or around which the images differ, are left out.
 *
 * @param points [count, 2], in pixels of the finest level
 */
export function followPoints(
  previous: readonly Level[],
  current: readonly Level[],
  points: Float32Array,
): FollowedPoints {
  const before: number[] = [];
  const now: number[] = [];
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [points[i] as number, points[i + 1] as number];
    const found = followPoint(previous, current, [x, y]);
    if (found === undefined) continue;
    before.push(x, y);
    now.push(...found);
  }
  return { before: Float32Array.from(before), now: Float32Array.from(now) };
}

function followPoint(
  previous: readonly Level[],
  current: readonly Level[],
  [x, y]: readonly [number, number],
): [number, number] | undefined {
  let [dx, dy] = [0, 0];
  for (let level = previous.length - 1; level >= 0; level--) {
    const scale = 2 ** level;
    const [from, to] = [previous[level] as Level, current[level] as Level];
    const moved = step(from, to, { x: x / scale, y: y / scale, dx, dy });
    // A coarse level may find nothing; the finest must
    if (moved === undefined && level === 0) return undefined;
    [dx, dy] = moved ?? [dx, dy];
    if (level > 0) [dx, dy] = [2 * dx, 2 * dy];
  }
  return [x + dx, y + dy];
}

/** How a point has moved on one level, from a first guess. */
function step(
  from: Level,
  to: Level,
  { x, y, ...guess }: { x: number; y: number; dx: number; dy: number },
): [number, number] | undefined {
  if (!sample(from, { x, y, reach: radius + 1 }, patch)) return undefined;
  let [xx, xy, yy] = [0, 0, 0];
  for (let row = 0, at = 0; row < side; row++) {
    for (let column = 0; column < side; column++, at++) {
      const middle = (row + 1) * (side + 2) + column + 1;
      const gx = ((patch[middle + 1] as number) - (patch[middle - 1] as number)) / 2;
      const gy = ((patch[middle + side + 2] as number) - (patch[middle - side - 2] as number)) / 2;
      gradientX[at] = gx;
      gradientY[at] = gy;
      xx += gx * gx;
      xy += gx * gy;
      yy += gy * gy;
    }
  }
  const curvature = (xx + yy) / 2 - Math.sqrt(((xx - yy) / 2) ** 2 + xy * xy);
  if (curvature < minCurvature * side * side) return undefined;
  const determinant = xx * yy - xy * xy;
  let { dx, dy } = guess;
  for (let i = 0; i < maxSteps; i++) {
    if (!sample(to, { x: x + dx, y: y + dy, reach: radius }, window)) return undefined;
    let [ex, ey, difference] = [0, 0, 0];
    for (let row = 0, at = 0; row < side; row++) {
      for (let column = 0; column < side; column++, at++) {
        const error = (patch[(row + 1) * (side + 2) + column + 1] as number) - (window[at] as number);
        ex += error * (gradientX[at] as number);
        ey += error * (gradientY[at] as number);
        difference += Math.abs(error);
      }
    }
    const [mx, my] = [(yy * ex - xy * ey) / determinant, (xx * ey - xy * ex) / determinant];
    if (mx * mx + my * my < lastStep * lastStep || i === maxSteps - 1) {
      return difference > maxDifference * side * side ? undefined : [dx + mx, dy + my];
    }
    dx += mx;
    dy += my;
  }
  return undefined;
}

/** Reads a square around a point between pixels, bilinearly, its edge repeated; false where the point is out of the image. */
function sample(
  { data, width, height }: Level,
  { x, y, reach }: { x: number; y: number; reach: number },
  out: Float32Array,
): boolean {
  if (!(x >= 0 && y >= 0 && x <= width - 1 && y <= height - 1)) return false;
  const [left, top] = [Math.floor(x) - reach, Math.floor(y) - reach];
  const sides = 2 * reach + 1;
  const [fx, fy] = [x - Math.floor(x), y - Math.floor(y)];
  const [a, b, c, d] = [(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy];
  const isInside = left >= 0 && top >= 0 && left + sides < width && top + sides < height;
  for (let row = 0, to = 0; row < sides; row++) {
    const upper = isInside ? (top + row) * width : width * clamp(top + row, height - 1);
    const lower = isInside ? upper + width : width * clamp(top + row + 1, height - 1);
    for (let column = 0; column < sides; column++, to++) {
      const first = isInside ? left + column : clamp(left + column, width - 1);
      const second = isInside ? first + 1 : clamp(left + column + 1, width - 1);
      out[to] =
        a * (data[upper + first] as number) +
        b * (data[upper + second] as number) +
        c * (data[lower + first] as number) +
        d * (data[lower + second] as number);
    }
  }
  return true;
}

function clamp(value: number, last: number): number {
  return Math.min(last, Math.max(0, value));
}
