import { renameSync, writeFileSync } from "node:fs";
import { LookonceError } from "@lookonce/errors";

/** Does something to a file; failing is an `IO` error that names it. */
export function writing(file: string, action: () => void): void {
  try {
    action();
  } catch (cause) {
    throw new LookonceError("IO", `cannot write ${file}: ${(cause as Error).message}`, { cause });
  }
}

/** Puts a text in a file's place: beside it first, then renamed, so that what was there is never half lost. */
export function replaceFile(file: string, text: string): void {
  const beside = `${file}.partial`;
  writing(file, () => {
    writeFileSync(beside, text, { flush: true });
    renameSync(beside, file);
  });
}
