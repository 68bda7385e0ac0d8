const reasons = {
  EBADF: "bad file descriptor",
  EBUSY: "resource busy or locked",
  EEXIST: "file already exists",
  EINVAL: "invalid argument",
  EIO: "i/o error",
  EISDIR: "illegal operation on a directory",
  ENOENT: "no such file or directory",
  ENOSPC: "no space left on device",
  ENOTDIR: "not a directory",
  ENOTEMPTY: "directory not empty",
} as const;

/** Codes of {@link systemError}, those of Node. */
export type SystemErrorCode = keyof typeof reasons;

/** An error as Node's functions throw it: with a code, the call and its path. */
export function systemError(code: SystemErrorCode, syscall: string, path = "", cause?: unknown): Error {
  const text = `${code}: ${reasons[code]}, ${syscall}${path && ` '${path}'`}`;
  return Object.assign(new Error(text, cause === undefined ? undefined : { cause }), { code, syscall, path });
}

const codes: Readonly<Record<string, SystemErrorCode>> = {
  NoModificationAllowedError: "EBUSY",
  NotFoundError: "ENOENT",
  QuotaExceededError: "ENOSPC",
  TypeMismatchError: "EISDIR",
};

/** What the browser says of a file, as an error of Node's. */
export function fromBrowser(cause: unknown, syscall: string, path: string): Error {
  return systemError(codes[(cause as Error)?.name] ?? "EIO", syscall, path, cause);
}
