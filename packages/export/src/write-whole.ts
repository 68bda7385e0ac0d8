import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { LookonceError } from "@lookonce/errors";

/**
 * Writes a file whole or not at all: beside its place first, then renamed. Missing folders are made.
 *
 * @throws LookonceError `IO`; what was there before stays
 */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const beside = `${path}.${process.pid}.partial`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(beside, bytes);
    await rename(beside, path);
  } catch (cause) {
    // the failure that counts is the one above; there may be nothing to remove
    await rm(beside, { force: true }).catch(() => {});
    throw new LookonceError("IO", `${path} cannot be written: ${(cause as Error).message}`, { cause });
  }
}
