import { readdir, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A folder and its disk. */
export interface FolderState {
  folder: string;
  /** Bytes of the files in it; 0 when it is not there yet. */
  used: number;
  /** Bytes that are free on its disk, where the system reports it. */
  free: number | null;
}

/** How many bytes a folder has and how much its disk has left. */
export async function diskOf(folder: string): Promise<FolderState> {
  return { folder, used: await sizeOf(folder), free: await freeAt(folder) };
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const sizes = entries.map(async (entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sizeOf(path);
    return (await stat(path).catch(() => undefined))?.size ?? 0;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Of the nearest folder above that exists: the cache may not have been made yet. */
async function freeAt(folder: string): Promise<number | null> {
  const found = await statfs(folder).catch(() => undefined);
  if (found !== undefined) return found.bavail * found.bsize;
  return dirname(folder) === folder ? null : freeAt(dirname(folder));
}
