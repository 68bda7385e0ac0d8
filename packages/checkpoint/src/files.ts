import { readFileSync } from "node:fs";
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
