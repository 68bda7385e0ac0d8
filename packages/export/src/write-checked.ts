import { besideOf, join, mkdir, renameIntoPlace, rm, writeWhole, writing } from "@lookonce/files";

/**
 * Writes a file or folder whole or not at all: beside its place first, checked there, then renamed. What was there before
 * is replaced.
 *
 * @param write writes under the temporary name and checks what it wrote; when it throws, nothing is left of it
 * @throws LookonceError `IO` when it cannot be written, and what `write` throws
 */
export async function writeChecked<T>(path: string, write: (beside: string) => Promise<T>): Promise<T> {
  const beside = besideOf(path);
  try {
    const checked = await write(beside);
    await renameIntoPlace(beside, path);
    return checked;
  } catch (error) {
    // The failure that counts is the one above; there may be nothing to remove.
    await rm(beside, { recursive: true, force: true }).catch(() => {});
    throw error;
  }
}

/**
 * {@link writeChecked} for a folder of these files.
 *
 * @returns the size of all files, and what the check found
 */
export function writeFolder<T extends object>(
  path: string,
  files: ReadonlyMap<string, Uint8Array>,
  check: (folder: string) => Promise<T>,
): Promise<T & { bytes: number }> {
  return writeChecked(path, async (beside) => {
    await writing(path, () => mkdir(beside, { recursive: true }));
    let bytes = 0;
    for (const [name, content] of files) {
      await writeWhole(join(beside, name), content);
      bytes += content.length;
    }
    return { bytes, ...(await check(beside)) };
  });
}
