import { LookonceError } from "@lookonce/errors";

/**
 * Does something to a file or folder; failing is an `IO` error that names it and says what the system said.
 *
 * @throws LookonceError `IO`, and those that `action` itself throws as they are
 */
export function writing<T>(path: string, action: () => T): T {
  try {
    const result = action();
    if (!(result instanceof Promise)) return result;
    return result.catch((cause: unknown) => {
      throw named(path, cause);
    }) as T;
  } catch (cause) {
    throw named(path, cause);
  }
}

function named(path: string, cause: unknown): LookonceError {
  if (cause instanceof LookonceError) return cause;
  return new LookonceError("IO", `cannot write ${path}: ${reasonOf(cause)}.`, { cause });
}

/** What people can do something about, in their words; else the system's. */
function reasonOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return `the disk is full (${code}); make room and try again`;
    case "EACCES":
    case "EPERM":
      return `it, or its folder, may not be written to (${code})`;
    case "EROFS":
      return `it is on a disk that is only for reading (${code}); choose another folder`;
    case "EIO":
      return `the disk failed (${code}); check it before you write to it again`;
    case "EISDIR":
      return `a folder has its name (${code})`;
    case "ENOTDIR":
    case "EEXIST":
      return `a file stands where one of its folders should be (${code})`;
    default:
      return message;
  }
}
