import { countRows } from "./box-rows.ts";

/** Keeps quotients and logarithms finite; the value that YOLOv8 uses. */
const EPSILON = 1e-7;

/** A rotated box as a Gaussian: its center, and the covariance [a c; c b]. */
export interface Gaussian {
  x: number;
  y: number;
  a: number;
  b: number;
  c: number;
}

/** The Gaussian with a rotated box's center and extent; its angle is in radians. */
export function gaussianOf(x: number, y: number, width: number, height: number, angle: number): Gaussian {
  const [w, h] = [width ** 2 / 12, height ** 2 / 12];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return { x, y, a: w * cos ** 2 + h * sin ** 2, b: w * sin ** 2 + h * cos ** 2, c: (w - h) * cos * sin };
}

/**
 * How much rotated boxes overlap, every box in `a` with every box in `b`, row-major `[boxes in a, boxes in b]`: 1 minus the
 * Hellinger distance of Gaussians with the boxes' centers and extents. Equal boxes have about 0.9995, and the angle of a
 * square makes no difference. Rows are x, y, width, height, angle as everywhere (see {@link rotatedCorners}).
 *
 * Llerena et al., 2021, arXiv:2106.06072; epsilons as in YOLOv8 (8.3).
 *
 * @throws LookonceError `ARGUMENT` when a length is no multiple of five
 */
export function probiouMatrix(a: ArrayLike<number>, b: ArrayLike<number>): Float32Array {
  const [rows, columns] = [gaussians(a, "a"), gaussians(b, "b")];
  const out = new Float32Array(rows.length * columns.length);
  let i = 0;
  for (const row of rows) for (const column of columns) out[i++] = probiou(row, column);
  return out;
}

/** The overlap of two boxes as Gaussians. */
export function probiou(p: Gaussian, q: Gaussian): number {
  const [a, b, c] = [p.a + q.a, p.b + q.b, p.c + q.c];
  const determinant = a * b - c * c;
  const [dx, dy] = [p.x - q.x, p.y - q.y];
  const apart = (a * dy ** 2 + b * dx ** 2) / (determinant + EPSILON) / 4 - (c * dx * dy) / (determinant + EPSILON) / 2;
  const own = Math.sqrt(Math.max(p.a * p.b - p.c ** 2, 0) * Math.max(q.a * q.b - q.c ** 2, 0));
  const unlike = Math.log(determinant / (4 * own + EPSILON) + EPSILON) / 2;
  const distance = Math.min(100, Math.max(EPSILON, apart + unlike));
  return 1 - Math.sqrt(1 - Math.exp(-distance) + EPSILON);
}

function gaussians(boxes: ArrayLike<number>, name: string): Gaussian[] {
  return Array.from({ length: countRows(boxes, 5, name) }, (_, row) => {
    const at = 5 * row;
    return gaussianOf(boxes[at]!, boxes[at + 1]!, boxes[at + 2]!, boxes[at + 3]!, boxes[at + 4]!);
  });
}
