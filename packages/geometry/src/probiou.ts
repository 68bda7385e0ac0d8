import { LookonceError } from "@lookonce/errors";
import { boxRows } from "./box-rows.ts";

/** Keeps quotients and logarithms finite; the value that YOLOv8 uses. */
const EPSILON = 1e-7;

/** Rotated boxes as arrays side by side. */
export interface RotatedBoxes {
  /** [count, 4]: center x, center y, width, height. */
  boxes: ArrayLike<number>;
  /** [count]: how far the width axis is turned toward positive y, in radians. */
  angles: ArrayLike<number>;
}

/** A box as a Gaussian: its center, and the covariance [a c; c b]. */
interface Gaussian {
  x: number;
  y: number;
  a: number;
  b: number;
  c: number;
}

/**
 * How much rotated boxes overlap, every box in `a` with every box in `b`, row-major `[boxes in a, boxes in b]`: 1 minus the
 * Hellinger distance of Gaussians with the boxes' centers and extents. Equal boxes have about 0.9995, and the angle of a
 * square makes no difference.
 *
 * Llerena et al., 2021, arXiv:2106.06072; epsilons as in YOLOv8 (8.3).
 *
 * @throws LookonceError `ARGUMENT` when arrays do not fit each other
 */
export function probiouMatrix(a: RotatedBoxes, b: RotatedBoxes): Float32Array {
  const [rows, columns] = [gaussians(a, "a"), gaussians(b, "b")];
  const out = new Float32Array(rows.length * columns.length);
  let i = 0;
  for (const row of rows) for (const column of columns) out[i++] = probiou(row, column);
  return out;
}

function probiou(p: Gaussian, q: Gaussian): number {
  const [a, b, c] = [p.a + q.a, p.b + q.b, p.c + q.c];
  const determinant = a * b - c * c;
  const [dx, dy] = [p.x - q.x, p.y - q.y];
  const apart = (a * dy ** 2 + b * dx ** 2) / (determinant + EPSILON) / 4 - (c * dx * dy) / (determinant + EPSILON) / 2;
  const own = Math.sqrt(Math.max(p.a * p.b - p.c ** 2, 0) * Math.max(q.a * q.b - q.c ** 2, 0));
  const unlike = Math.log(determinant / (4 * own + EPSILON) + EPSILON) / 2;
  const distance = Math.min(100, Math.max(EPSILON, apart + unlike));
  return 1 - Math.sqrt(1 - Math.exp(-distance) + EPSILON);
}

function gaussians({ boxes, angles }: RotatedBoxes, name: string): Gaussian[] {
  const rows = boxRows(boxes, name);
  if (rows.length !== angles.length) {
    throw new LookonceError(
      "ARGUMENT",
      `${name} has ${rows.length} boxes and ${angles.length} angles; each box needs one.`,
    );
  }
  return rows.map(([x, y, width, height], i) => {
    const [w, h] = [width ** 2 / 12, height ** 2 / 12];
    const [cos, sin] = [Math.cos(angles[i] as number), Math.sin(angles[i] as number)];
    return { x, y, a: w * cos ** 2 + h * sin ** 2, b: w * sin ** 2 + h * cos ** 2, c: (w - h) * cos * sin };
  });
}
