import { readdir } from "node:fs/promises";
import { dirname } from "node:path";

/** What else lies in a path's folder; nothing where that cannot be told. */
export async function siblings(path: string): Promise<string[]> {
  try {
    return await readdir(dirname(path));
  } catch {
    // The folder is missing, too: no name is near
    return [];
  }
}
