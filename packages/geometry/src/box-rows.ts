import { LookonceError } from "@lookonce/errors";

/** The four numbers of a box. */
export type BoxRow = readonly [number, number, number, number];

/** Splits a flat array, the argument `name`, into rows of four numbers. @throws LookonceError `ARGUMENT` for other lengths */
export function boxRows(boxes: ArrayLike<number>, name: string): BoxRow[] {
  if (boxes.length % 4 !== 0) {
    throw new LookonceError(
      "ARGUMENT",
      `${name} must be rows of 4 numbers, one row a box, but has ${boxes.length} numbers. Pass a flat array of count * 4 numbers.`,
    );
  }
  return Array.from({ length: boxes.length / 4 }, (_, row) => {
    const at = 4 * row;
    return [boxes[at]!, boxes[at + 1]!, boxes[at + 2]!, boxes[at + 3]!];
  });
}

/** Converts every row of a flat array, into a new one. */
export function mapRows(boxes: ArrayLike<number>, convert: (row: BoxRow) => BoxRow): Float32Array {
  const converted = new Float32Array(boxes.length);
  for (const [i, row] of boxRows(boxes, "boxes").entries()) converted.set(convert(row), 4 * i);
  return converted;
}
