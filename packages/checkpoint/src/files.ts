import { readRegularSync } from "@lookonce/files";

/** The bytes of a file; a `NOT_FOUND`, `FORMAT` or `IO` error when they cannot be had. */
export function readBytes(path: string): Uint8Array {
  return readRegularSync(path, { what: "checkpoint" });
}
