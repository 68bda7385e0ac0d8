import { constants, createReadStream, openSync } from "node:fs";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { LookonceError } from "@lookonce/errors";

/**
 * The bytes of a named pipe, or of what a shell makes of `<(command)`. On Linux a thread never waits for the writer: such a
 * thread could not be ended, and the process neither.
 *
 * @throws LookonceError `IO` when it cannot be opened
 */
export function readPipe(path: string): Readable {
  // Elsewhere a pipe that is opened without waiting is at its end before its writer comes
  if (process.platform !== "linux") return createReadStream(path);
  try {
    return new Socket({ fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), readable: true });
  } catch (cause) {
    throw new LookonceError("IO", `Cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
}
