import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { LookonceError } from "@lookonce/errors";

/** The bytes of a file; a `NOT_FOUND` or `IO` error when they cannot be had. */
export function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new LookonceError("NOT_FOUND", `${path}: there is no such file`, { cause });
    if (code === "EISDIR") throw new LookonceError("NOT_FOUND", `${path}: is a folder, not a file`, { cause });
    if (code === "ERR_FS_FILE_TOO_LARGE") {
      throw new LookonceError("UNSUPPORTED", `${path}: files above 2 GiB cannot be read`, { cause });
    }
    throw new LookonceError("IO", `${path}: cannot be read (${(cause as Error).message})`, { cause });
  }
}

/**
 * Writes a file whole or not at all: into a file beside it, flushed to the disk, then renamed over it.
 *
 * @throws LookonceError `IO`, `NOT_FOUND` when the folder is missing; what was there before stays
 */
export function writeAtomically(path: string, parts: readonly Uint8Array[]): void {
  const beside = `${path}.${process.pid}.partial`;
  try {
    const file = openSync(beside, "w");
    try {
      for (const part of parts) writeAll(file, part);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
  } catch (cause) {
    rmSync(beside, { force: true });
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    const why = missing ? "its folder does not exist" : (cause as Error).message;
    throw new LookonceError(missing ? "NOT_FOUND" : "IO", `${path}: cannot be written (${why})`, { cause });
  }
}

function writeAll(file: number, part: Uint8Array): void {
  for (let done = 0; done < part.length; ) done += writeSync(file, part, done, part.length - done);
}
