import { LookonceError } from "@lookonce/errors";
import {
  closeSync,
  constants,
  fstatSync,
  type OpenFile,
  open,
  openSync,
  readFileSync,
  readSync,
  type Stats,
} from "#file-system";
import { resolve } from "#path";

/** Options of {@link readRegular}. */
export interface ReadOptions {
  /** What the file is, for messages: `data set file`. */
  what: string;
  /** Bytes that the file may have (default 2 GiB, the most that Node reads at once). */
  maxBytes?: number;
}

/** Options of {@link readRegularSync}. */
export interface ReadStartOptions extends ReadOptionsWith<string> {
  /** Reads so many bytes from the start at most. Default: all. */
  first?: number;
}

/** As {@link ReadOptions}, with more to say of a file that does not exist. */
export interface ReadOptionsWith<Hint> extends ReadOptions {
  /** Makes what is added to the message then, such as ` Did you mean "a.yaml"?`. */
  hint?: (() => Hint) | undefined;
}

/** Opening a named pipe waits for its writer, unless it is opened so. Windows has neither. */
const openFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Reads a file that may come from somebody else: a regular file of a limited size. Named pipes, sockets and devices, which
 * may have no end, are refused without reading from them.
 *
 * @throws LookonceError `NOT_FOUND` when there is none, `FORMAT` when it is a folder, no regular file or too large, `IO` when
 *   the system cannot read it
 */
export async function readRegular(
  path: string,
  options: ReadOptionsWith<string | Promise<string>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const file = await openRegular(path, options);
  try {
    return await file.readFile();
  } catch (cause) {
    throw readFault(path, options, cause);
  } finally {
    await file.close();
  }
}

/** As {@link readRegular}, without a promise. */
export function readRegularSync(path: string, options: ReadStartOptions): Uint8Array<ArrayBuffer> {
  let file: number | undefined;
  try {
    file = openSync(path, openFlags);
    checkRegular(path, fstatSync(file), options);
    if (options.first === undefined) return readFileSync(file);
    const start = new Uint8Array(options.first);
    return start.subarray(0, readSync(file, start));
  } catch (cause) {
    throw readFault(path, options, cause, isMissing(cause) ? options.hint?.() : undefined);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/**
 * Opens a file for reading under the rules of {@link readRegular}. The caller closes it.
 *
 * @throws LookonceError as {@link readRegular}
 */
export async function openRegular(path: string, options: ReadOptionsWith<string | Promise<string>>): Promise<OpenFile> {
  let file: OpenFile | undefined;
  try {
    file = await open(path, openFlags);
    checkRegular(path, await file.stat(), options);
    return file;
  } catch (cause) {
    await file?.close();
    throw readFault(path, options, cause, isMissing(cause) ? await options.hint?.() : undefined);
  }
}

/**
 * Checks that what a path leads to is a regular file of a limited size.
 *
 * @throws LookonceError `FORMAT`, naming the path and what it is
 */
export function checkRegular(path: string, stats: Stats, { what, maxBytes = 2 ** 31 - 1 }: ReadOptions): void {
  if (!stats.isFile()) {
    throw new LookonceError("FORMAT", `${path} is ${kindOf(stats)}; expected ${article(what)}, a regular file.`);
  }
  if (stats.size > maxBytes) {
    const [size, limit] = [stats.size, maxBytes].map((bytes) => bytes.toLocaleString("en"));
    throw new LookonceError("FORMAT", `${path} has ${size} bytes; ${article(what)} may have at most ${limit}.`);
  }
}

function article(what: string): string {
  return `${/^[aeiou]/.test(what) ? "an" : "a"} ${what}`;
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "a folder";
  if (stats.isFIFO()) return "a named pipe";
  return stats.isSocket() ? "a socket" : "a device";
}

/** Whether an error of the system says that there is nothing at a path. */
export function isMissing(cause: unknown): boolean {
  const { code } = cause as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR" || code === "ENAMETOOLONG";
}

function readFault(path: string, { what }: ReadOptions, cause: unknown, hint = ""): LookonceError {
  if (cause instanceof LookonceError) return cause;
  if (isMissing(cause)) {
    return new LookonceError("NOT_FOUND", `There is no ${what} ${resolve(path)}: check the path.${hint}`, { cause });
  }
  const { code, message } = cause as NodeJS.ErrnoException;
  // A socket, or a device without a driver, cannot even be opened
  if (code === "ENXIO") {
    return new LookonceError("FORMAT", `${path} is a socket or a device; expected ${article(what)}, a regular file.`, {
      cause,
    });
  }
  if (code === "EISDIR") {
    return new LookonceError("FORMAT", `${path} is a folder; expected ${article(what)}, a regular file.`, { cause });
  }
  return new LookonceError("IO", `Cannot read the ${what} ${path}: ${message}`, { cause });
}

/** Decodes bytes as UTF-8, a byte order mark included; what is no UTF-8 becomes U+FFFD. */
export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
