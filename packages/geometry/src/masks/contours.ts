import { type MaskPatch, withBorder } from "./masks.ts";

/** Steps to the eight neighbors, anticlockwise on the screen from the right one on. */
const steps = [
  [1, 0],
  [1, -1],
  [0, -1],
  [-1, -1],
  [-1, 0],
  [-1, 1],
  [0, 1],
  [1, 1],
] as const;

/** Marks of border pixels: of a left border, and where the outside lies to the right. */
const [leftMark, rightMark] = [2, -2] as const;

/**
 * Outer contours of a mask's connected parts (8 neighbors) as pixels x, y, …: those where the direction changes. Holes, and
 * parts within holes, are left out.
 *
 * Border following (Suzuki and Abe 1985) with the choices of OpenCV's `findContours`, external and simple: a contour starts at its
 * first pixel in raster order, goes down first, and the part whose first pixel comes last leads.
 */
export function maskContours(patch: MaskPatch): Float32Array[] {
  const contours: Float32Array[] = [];
  const { left, top, width, height } = patch;
  const { width: stride, data } = withBorder(patch);
  // Signed, for the marks
  const pixels = new Int8Array(data);
  for (let y = 1; y <= height; y++) {
    let last = 0;
    let previous = 0;
    for (let x = 1; x <= width; x++) {
      const at = y * stride + x;
      const pixel = pixels[at] as number;
      // Between a left border and its right one lies a part's inside, or a hole in it
      if (pixel === 1 && previous === 0 && last <= 0) {
        const points = followBorder(pixels, stride, at);
        contours.push(Float32Array.from(points, (value, i) => value - 1 + (i % 2 === 0 ? left : top)));
      }
      previous = pixels[at] as number;
      if (previous !== 0 && previous !== 1) last = previous;
    }
  }
  return contours.reverse();
}

/** Follows the border from its first pixel on and marks it; returns x, y, … where the direction changes. */
function followBorder(pixels: Int8Array, stride: number, start: number): number[] {
  const moves = steps.map(([dx, dy]) => dy * stride + dx);
  const move = (direction: number): number => moves[direction & 7] as number;
  const points: number[] = [];
  // The border's last pixel: the first neighbor clockwise from the left one, which is outside
  let direction = 4;
  do direction = (direction + 7) & 7;
  while (pixels[start + move(direction)] === 0 && direction !== 4);
  if (direction === 4) {
    pixels[start] = rightMark;
    return [start % stride, Math.floor(start / stride)];
  }
  const end = start + move(direction);
  let before = direction ^ 4;
  for (let at = start; ; ) {
    do direction++;
    while (pixels[at + move(direction)] === 0);
    const next = at + move(direction);
    // Directions passed over were outside; the right one among them: a right border
    if (direction > 8) pixels[at] = rightMark;
    else if (pixels[at] === 1) pixels[at] = leftMark;
    direction &= 7;
    if (direction !== before) {
      points.push(at % stride, Math.floor(at / stride));
      before = direction;
    }
    if (next === start && at === end) return points;
    at = next;
    direction = (direction + 4) & 7;
  }
}
