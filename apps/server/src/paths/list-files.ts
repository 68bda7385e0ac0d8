import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { nameBelow } from "./confine.ts";
import { typeOf } from "./file-types.ts";

/** A file below a folder. */
export interface ListedFile {
  /** With `/` between its parts. */
  name: string;
  bytes: number;
  /** Its content type. */
  type: string;
  /** When it was last written, in milliseconds since 1970. */
  modified: number;
}

interface ListFilesOptions {
  /** Folders below the first one that are gone into (default 2). */
  depth?: number;
  /** Most files that are listed (default 1000). */
  limit?: number;
  /** Which names are listed (default all). */
  only?: (name: string) => boolean;
}

/**
 * The files of a folder, by name. Links are left out, hidden files too, and files that are still being written. A folder
 * that does not exist has none.
 */
export async function listFiles(folder: string, options: ListFilesOptions = {}): Promise<ListedFile[]> {
  const { depth = 2, limit = 1000, only = () => true } = options;
  const files: ListedFile[] = [];
  const visit = async (path: string, left: number): Promise<void> => {
    // It may not exist, or have been removed a moment ago
    const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (files.length >= limit) return;
      const own = join(path, entry.name);
      if (entry.name.startsWith(".") || entry.name.endsWith(".partial")) continue;
      if (entry.isDirectory() && left > 0) await visit(own, left - 1);
      const name = nameBelow(folder, own);
      if (!entry.isFile() || !only(name)) continue;
      // It may have been replaced or removed a moment ago
      const stats = await lstat(own).catch(() => undefined);
      if (stats) files.push({ name, bytes: stats.size, type: typeOf(name), modified: stats.mtimeMs });
    }
  };
  await visit(folder, depth);
  return files;
}
