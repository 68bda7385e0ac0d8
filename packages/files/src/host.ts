import { homedir } from "node:os";
import { posix, win32 } from "node:path";
import { threadId } from "node:worker_threads";

export { tmpdir } from "node:os";

/** What the place of the cache depends on; by default that of this machine. */
export interface CacheFolderSettings {
  /** `process.platform`. */
  platform: string;
  /** `process.env`; `XDG_CACHE_HOME` and `LOCALAPPDATA` are read. */
  env: Readonly<Record<string, string | undefined>>;
  /** The person's home folder. */
  home: string;
}

/**
 * The folder for what can be fetched or made again: `$XDG_CACHE_HOME/lookonce` (`~/.cache/lookonce`),
 * `~/Library/Caches/lookonce` on macOS, `%LOCALAPPDATA%\lookonce\Cache` on Windows, `/.cache/lookonce` of the origin's files in
 * browsers.
 *
 * @see https://specifications.freedesktop.org/basedir-spec/latest/ relative paths in `XDG_CACHE_HOME` do not count
 */
export function cacheFolder(settings: Partial<CacheFolderSettings> = {}): string {
  const { platform = process.platform, env = process.env, home = homedir() } = settings;
  if (platform === "win32") {
    return win32.join(env.LOCALAPPDATA || win32.join(home, "AppData", "Local"), "lookonce", "Cache");
  }
  if (platform === "darwin") return posix.join(home, "Library", "Caches", "lookonce");
  const { XDG_CACHE_HOME: given = "" } = env;
  return posix.join(posix.isAbsolute(given) ? given : posix.join(home, ".cache"), "lookonce");
}

/** A text that no other thread of a running program has. */
export function threadTag(): string {
  return `${process.pid}-${threadId}`;
}

/** Calls a function when the program ends by itself or by `process.exit`. */
export function onceAtExit(action: () => void): void {
  process.once("exit", action);
}

/** Whether an error is Windows' way to say that a file, which another program has open, can be renamed soon. */
export function isOpenElsewhere(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return process.platform === "win32" && (code === "EPERM" || code === "EACCES" || code === "EBUSY");
}
