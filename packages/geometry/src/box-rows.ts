import { LookonceError } from "@lookonce/errors";

/** The four numbers of a box. */
export type BoxRow = readonly [number, number, number, number];

/** Splits a flat array, the argument `name`, into rows of four numbers. @throws LookonceError `ARGUMENT` for other lengths */
export function boxRows(boxes: ArrayLike<number>, name: string): BoxRow[] {
  return Array.from({ length: countRows(boxes, 4, name) }, (_, row) => {
    const at = 4 * row;
    return [boxes[at]!, boxes[at + 1]!, boxes[at + 2]!, boxes[at + 3]!];
  });
}

/** How many rows of `width` numbers a flat array, the argument `name`, has. @throws LookonceError `ARGUMENT` for a part of a row */
export function countRows(rows: ArrayLike<number>, width: number, name: string): number {
  if (rows.length % width === 0) return rows.length / width;
  throw new LookonceError(
    "ARGUMENT",
    `${name} must be rows of ${width} numbers, one row a box, but has ${rows.length} numbers. Pass a flat array of count * ${width} numbers.`,
  );
}

/** Converts every row of a flat array, into a new one. */
export function mapRows(boxes: ArrayLike<number>, convert: (row: BoxRow) => BoxRow): Float32Array {
  const converted = new Float32Array(boxes.length);
  for (const [i, row] of boxRows(boxes, "boxes").entries()) converted.set(convert(row), 4 * i);
  return converted;
}
