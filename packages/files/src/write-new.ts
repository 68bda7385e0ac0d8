import { open, rm } from "#file-system";

/**
 * Writes a file that must not exist yet; nothing of it is left when that fails.
 *
 * @param mode the rights of the file (default 0o666, less what the process masks)
 * @throws the system's error, with the code `EEXIST` when the file exists
 */
export async function writeNew(path: string, content: string | Uint8Array, mode?: number): Promise<void> {
  const file = await open(path, "wx", mode);
  try {
    await file.writeFile(content);
  } catch (error) {
    // Closed first: Windows does not remove an open file
    await file.close();
    await rm(path, { force: true }).catch(() => {});
    throw error;
  }
  await file.close();
}
