import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Calls a function with a folder that is removed afterwards. */
export function inFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "lookonce-fuzz-"));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
