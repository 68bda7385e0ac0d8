import { LookonceError } from "@lookonce/errors";

/**
 * The number of boxes in rows of four numbers.
 *
 * @param name what the caller calls the argument, for the message
 * @throws LookonceError `ARGUMENT` when the length is no multiple of four
 */
export function countBoxes(boxes: ArrayLike<number>, name: string): number {
  if (boxes.length % 4 !== 0) {
    throw new LookonceError(
      "ARGUMENT",
      `${name} must be rows of 4 numbers, one row a box, but has ${boxes.length} numbers. Pass a flat array of count * 4 numbers.`,
    );
  }
  return boxes.length / 4;
}
