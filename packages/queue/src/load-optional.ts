import { LookonceError } from "@lookonce/errors";

/**
 * Loads a library that only queues need and that is not installed with lookonce.
 *
 * @param use what needs it, for the sentence
 * @throws LookonceError `NOT_FOUND` with the command that installs it
 */
export async function loadOptional<T>(names: string, use: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw cause;
    throw new LookonceError("NOT_FOUND", `${use} needs ${names}, which is not installed: npm install ${names}`, {
      cause,
    });
  }
}
