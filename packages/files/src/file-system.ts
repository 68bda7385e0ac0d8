import { type FileHandle, readFile } from "node:fs/promises";
import { LookonceError } from "@lookonce/errors";

export type { Dirent, Stats } from "node:fs";
export {
  appendFileSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
export {
  appendFile,
  copyFile,
  link,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  statfs,
  writeFile,
} from "node:fs/promises";

/** An open file: what browsers have of Node's `FileHandle`. */
export type OpenFile = Pick<
  FileHandle,
  "appendFile" | "close" | "createReadStream" | "read" | "readFile" | "stat" | "sync" | "writeFile"
>;

/** The files of one thread, as another one needs them; see `shareFiles`. */
export type SharedFiles = unknown;

/**
 * Reads which files there are. In browsers, where files are those of the page's origin (OPFS), it must be awaited once before
 * the first file is read, and again when another page may have changed them; in Node it does nothing.
 *
 * @param _shared what `shareFiles` of another thread returned, whose files are these then
 */
export async function mountFiles(_shared?: SharedFiles): Promise<void> {}

/**
 * Waits until everything that was written is on the disk. In browsers, where writing goes on behind the program, it must be
 * awaited before the page may close; in Node it does nothing.
 *
 * @throws LookonceError `IO` when something could not be written, such as where the origin has used its storage; that file is
 *   then as it was before
 */
export async function flushFiles(): Promise<void> {}

/**
 * Waits until a file that was written is on the disk; as {@link flushFiles}.
 *
 * @throws LookonceError as `flushFiles`
 */
export async function flushFile(_path: string): Promise<void> {}

/** Returns what {@link mountFiles} needs in a worker to see the same files; in Node nothing. */
export async function shareFiles(): Promise<SharedFiles> {
  return undefined;
}

/**
 * Adds a file that a person has chosen or dropped under a path, without reading it; it is not written to the origin's files.
 * For browsers.
 *
 * @throws LookonceError `UNSUPPORTED` in Node, where every file has a path
 */
export function addFile(path: string, _content: Blob): void {
  throw new LookonceError(
    "UNSUPPORTED",
    `addFile(${path}): files can be added in browsers only; pass the path instead.`,
  );
}

/** A file's content as a `Blob`, which browsers do not read before it is used. @throws Error when there is none */
export async function openBlob(path: string): Promise<Blob> {
  return new Blob([new Uint8Array(await readFile(path))]);
}
