import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { LookonceError } from "@lookonce/errors";

/**
 * Makes a new folder for results: `path`, or `path2`, `path3`, … when it exists, and gives its path.
 *
 * Making it claims it, so that two programs that start at once do not share one.
 *
 * @param options.reuse takes `path` even if it exists
 * @throws LookonceError `IO` when the folder cannot be made
 */
export function makeRunDirectory(path: string, options: { reuse?: boolean } = {}): string {
  try {
    mkdirSync(dirname(path), { recursive: true });
    if (options.reuse) {
      mkdirSync(path, { recursive: true });
      return path;
    }
    for (let number = 1; ; number++) {
      const candidate = number === 1 ? path : `${path}${number}`;
      if (claim(candidate)) return candidate;
    }
  } catch (cause) {
    throw new LookonceError("IO", `cannot make the folder ${path}: ${(cause as Error).message}`, { cause });
  }
}

/** Whether the folder was made now; `false` when something of its name is there. */
function claim(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}
