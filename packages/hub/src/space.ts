import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { LookonceError } from "@lookonce/errors";

/** Throws `IO` before, not in the middle, when a disk has no room for so many bytes. */
export async function checkSpace(path: string, bytes: number): Promise<void> {
  const folder = dirname(path);
  // Some file systems do not report it; writing will
  const found = await statfs(folder).catch(() => undefined);
  if (found === undefined || found.bavail * found.bsize >= bytes) return;
  const free = megabytes(found.bavail * found.bsize);
  throw new LookonceError("IO", `the disk of ${folder} has ${free} free, and ${megabytes(bytes)} are needed.`);
}

/** Bytes for people: `6.5 MB`. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
