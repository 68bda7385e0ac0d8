import { LookonceError } from "@lookonce/errors";

/** Cells of a level. */
export interface Grid {
  height: number;
  width: number;
}

/**
 * The levels' cells for images of a size in pixels.
 *
 * @throws LookonceError `ARGUMENT` when a side is not a multiple of every stride
 */
export function cellGrids({ height, width }: Grid, strides: readonly number[]): Grid[] {
  return strides.map((stride) => {
    const grid = { height: height / stride, width: width / stride };
    if (Number.isInteger(grid.height) && Number.isInteger(grid.width)) return grid;
    throw new LookonceError(
      "ARGUMENT",
      `images must have sides that are multiples of ${Math.max(...strides)}, but are ${width} × ${height} pixels`,
    );
  });
}

/** The smallest of 1,024, 4,096, 16,384, … that is at least `count`: wide steps, since each is a graph to compile. */
export function rowBucket(count: number): number {
  let rows = 1024;
  while (rows < count) rows *= 4;
  return rows;
}
