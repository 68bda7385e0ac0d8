import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { besideOf, renameIntoPlace, writeWhole, writing } from "@lookonce/files";

/** What {@link writeFolder} wrote. */
export interface WrittenFolder<T> {
  /** Size of all files. */
  bytes: number;
  /** What the check found. */
  checked: T;
}

/**
 * Writes a folder whole or not at all: beside its place first, checked there, then renamed. A folder that was there before
 * is replaced.
 *
 * @param check checks the folder under its temporary name; when it throws, nothing is left of it
 * @throws LookonceError `IO` when it cannot be written, and what the check throws
 */
export async function writeFolder<T>(
  path: string,
  files: ReadonlyMap<string, Uint8Array>,
  check: (folder: string) => Promise<T>,
): Promise<WrittenFolder<T>> {
  const beside = besideOf(path);
  try {
    await writing(path, () => mkdir(beside, { recursive: true }));
    let bytes = 0;
    for (const [name, content] of files) {
      await writeWhole(join(beside, name), content);
      bytes += content.length;
    }
    const checked = await check(beside);
    await renameIntoPlace(beside, path);
    return { bytes, checked };
  } catch (error) {
    // The failure that counts is the one above; there may be nothing to remove.
    await rm(beside, { recursive: true, force: true }).catch(() => {});
    throw error;
  }
}
