import { LookonceError } from "@lookonce/errors";

/** @throws LookonceError `ARGUMENT` unless the side of the square is odd and positive. */
export function checkBlurSize(size: number): void {
  if (Number.isInteger(size) && size > 0 && size % 2 === 1) return;
  throw new LookonceError("ARGUMENT", `The side of a blur must be an odd number such as 3, 5 or 7, not ${size}.`);
}
