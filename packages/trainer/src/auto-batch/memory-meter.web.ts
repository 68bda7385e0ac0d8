import { LookonceError } from "@lookonce/errors";

/** Browsers do not report to a page how much memory it occupies. */
export function usedMemory(): undefined {
  return undefined;
}

/** @throws LookonceError `DEVICE`: browsers do not report how much memory is free */
export async function meterFor(): Promise<never> {
  throw new LookonceError(
    "DEVICE",
    "batch -1 cannot see how much memory a browser has; set the batch to a number, such as 8.",
  );
}
