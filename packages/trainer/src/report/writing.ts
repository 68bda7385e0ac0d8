import { LookonceError } from "@lookonce/errors";

/** Does something to a file; failing is an `IO` error that names it. */
export function writing(file: string, action: () => void): void {
  try {
    action();
  } catch (cause) {
    throw new LookonceError("IO", `cannot write ${file}: ${(cause as Error).message}`, { cause });
  }
}
