import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Removes what a job that begins anew left in its folder before. */
export function emptyFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true });
}
