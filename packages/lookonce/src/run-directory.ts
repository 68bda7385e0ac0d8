import { mkdirSync } from "node:fs";
import { basename, dirname } from "node:path";
import { LookonceError } from "@lookonce/errors";

/**
 * Makes a new folder for results, `path`, or `path2`, `path3`, … when it exists, and gives its path. With `reuse`, `path`
 * is taken even if it exists.
 *
 * @throws LookonceError `IO` when the folder cannot be made
 */
export async function makeRunDirectory(path: string, { reuse = false }: { reuse?: boolean } = {}): Promise<string> {
  if (!reuse) {
    const { makeRunDirectory: make } = await import("@lookonce/trainer");
    return make({ project: dirname(path), name: basename(path) });
  }
  try {
    mkdirSync(path, { recursive: true });
    return path;
  } catch (cause) {
    throw new LookonceError("IO", `cannot make the folder ${path}: ${(cause as Error).message}`, { cause });
  }
}
