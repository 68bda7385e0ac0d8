/** A 3 × 3 matrix, row by row, that maps input pixels to output pixels: `(x, y, 1)` is a column on its right. */
export type Matrix = readonly [number, number, number, number, number, number, number, number, number];

/** The matrix that does the last one first: `a · b · …`. */
export function multiply(first: Matrix, ...rest: readonly Matrix[]): Matrix {
  return rest.reduce((a, b) => {
    const cell = (row: number, column: number): number =>
      (a[row * 3] as number) * (b[column] as number) +
      (a[row * 3 + 1] as number) * (b[column + 3] as number) +
      (a[row * 3 + 2] as number) * (b[column + 6] as number);
    return Array.from({ length: 9 }, (_, i) => cell(Math.floor(i / 3), i % 3)) as unknown as Matrix;
  }, first);
}

/** The matrix that undoes this one; `undefined` where none does. */
export function invert(matrix: Matrix): Matrix | undefined {
  const [a, b, c, d, e, f, g, h, i] = matrix;
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  if (!Number.isFinite(1 / determinant)) return undefined;
  const adjugate = [
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ];
  return adjugate.map((value) => value / determinant) as unknown as Matrix;
}

/** Whether lines that are parallel stay so: the last row is 0 0 1. */
export function isAffine(matrix: Matrix): boolean {
  return matrix[6] === 0 && matrix[7] === 0 && matrix[8] === 1;
}

/** Rows of x, y moved by the matrix. */
export function movePoints(points: ArrayLike<number>, matrix: Matrix): Float64Array {
  const [a, b, c, d, e, f, g, h, i] = matrix;
  const moved = new Float64Array(points.length);
  for (let k = 0; k < points.length; k += 2) {
    const x = points[k] as number;
    const y = points[k + 1] as number;
    const w = g * x + h * y + i;
    moved[k] = (a * x + b * y + c) / w;
    moved[k + 1] = (d * x + e * y + f) / w;
  }
  return moved;
}
