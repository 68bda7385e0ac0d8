import { dirname, join, resolve } from "pathe";
import { Folder, type Root, StoredFile } from "./browser/entries.ts";
import { decoded, encoded, WebFile } from "./browser/open-file.ts";
import { OriginFiles } from "./browser/origin-files.ts";
import { scan } from "./browser/scan.ts";
import { entryDirent, entryStats, type WebDirent, type WebStats } from "./browser/stats.ts";
import { systemError } from "./browser/system-error.ts";
import { Tree } from "./browser/tree.ts";

// Node's functions as far as the packages use them, on a tree of the origin's files. Their types are those of
// file-system.ts.

const tree: Tree = new Tree((path) => origin.changed(path));
const origin: OriginFiles = new OriginFiles(tree);

export const constants = { O_RDONLY: 0, COPYFILE_EXCL: 1, COPYFILE_FICLONE: 2 } as const;

type Encoding = string | { encoding?: string | null };

/** Whether the entry exists; no errors. */
export function existsSync(path: string): boolean {
  try {
    return tree.find(path, "access") !== undefined;
  } catch {
    return false;
  }
}

export function statSync(path: string, options: { throwIfNoEntry?: boolean } = {}): WebStats | undefined {
  if (options.throwIfNoEntry === false && !existsSync(path)) return undefined;
  return entryStats(tree.get(path, "stat"));
}

export function realpathSync(path: string): string {
  return tree.get(path, "realpath").path as string;
}

const openFiles: Map<number, WebFile> = new Map();
let lastFile = 2;

export function openSync(path: string, flags?: string | number): number {
  openFiles.set(++lastFile, new WebFile(tree, path, flags));
  return lastFile;
}

function openFile(file: number): WebFile {
  const found = openFiles.get(file);
  if (found === undefined) throw systemError("EBADF", "file");
  return found;
}

export function closeSync(file: number): void {
  openFile(file).closeSync();
  openFiles.delete(file);
}

export function fstatSync(file: number): WebStats {
  return openFile(file).statSync();
}

/** As {@link flushFiles}, writing goes on behind the program. */
export function fsyncSync(_file: number): void {}

export function ftruncateSync(file: number, size?: number): void {
  openFile(file).truncateSync(size);
}

export function readSync(
  file: number,
  target: Uint8Array,
  offset?: number,
  length?: number,
  position?: number | null,
): number {
  return openFile(file).readSync(target, offset, length, position);
}

export function writeSync(
  file: number,
  bytes: Uint8Array,
  offset = 0,
  length: number = bytes.length - offset,
  position?: number | null,
): number {
  return openFile(file).writeSync(bytes.subarray(offset, offset + length), position);
}

export function readFileSync(path: string | number, options?: Encoding): Uint8Array | string {
  const bytes = typeof path === "number" ? openFile(path).readAllSync() : tree.file(path, "read").read();
  return decoded(bytes, options);
}

export function writeFileSync(path: string, content: string | Uint8Array, options?: { flag?: string } | string): void {
  const flags = (typeof options === "object" ? options.flag : undefined) ?? "w";
  const file = new WebFile(tree, path, flags);
  file.writeSync(encoded(content));
  file.closeSync();
}

export function appendFileSync(path: string, content: string | Uint8Array): void {
  writeFileSync(path, content, { flag: "a" });
}

export function mkdirSync(path: string, options: { recursive?: boolean } = {}): string | undefined {
  return tree.makeFolder(path, options.recursive ?? false);
}

export function mkdtempSync(prefix: string): string {
  const path = `${prefix}${crypto.randomUUID().slice(0, 6)}`;
  // There is no folder for temporary files unless somebody makes it
  mkdirSync(dirname(path), { recursive: true });
  mkdirSync(path);
  return path;
}

export function readdirSync(
  path: string,
  { recursive = false, withFileTypes = false }: { recursive?: boolean; withFileTypes?: boolean } = {},
): (string | WebDirent)[] {
  const names: string[] = [];
  const entries: WebDirent[] = [];
  const list = (folder: Folder, at: string): void => {
    for (const entry of folder.children.values()) {
      const name = join(at, entry.name);
      names.push(name);
      entries.push(entryDirent(entry, join(path, at)));
      if (recursive && entry instanceof Folder) list(entry, name);
    }
  };
  list(tree.folder(path, "scandir"), "");
  return withFileTypes ? entries : names;
}

export function renameSync(from: string, to: string): void {
  tree.rename(from, to);
}

export function rmSync(path: string, options: { recursive?: boolean; force?: boolean } = {}): void {
  tree.remove(path, options);
}

export function rmdirSync(path: string): void {
  tree.removeFolder(path);
}

interface WebStatFs {
  bavail: number;
  bfree: number;
  bsize: number;
}

/** What the origin may store, by the last estimate. */
export function statfsSync(_path: string): WebStatFs {
  return { bavail: origin.free, bfree: origin.free, bsize: 1 };
}

export async function open(path: string, flags?: string | number): Promise<WebFile> {
  return new WebFile(tree, path, flags);
}

export async function stat(path: string): Promise<WebStats> {
  return statSync(path) as WebStats;
}

export async function realpath(path: string): Promise<string> {
  return realpathSync(path);
}

export async function readFile(path: string, options?: Encoding): Promise<Uint8Array | string> {
  return decoded(await tree.file(path, "read").readLater(), options);
}

export async function writeFile(
  path: string,
  content: string | Uint8Array,
  options?: { flag?: string } | string,
): Promise<void> {
  writeFileSync(path, content, options);
}

export async function appendFile(path: string, content: string | Uint8Array): Promise<void> {
  appendFileSync(path, content);
}

export async function mkdir(path: string, options?: { recursive?: boolean }): Promise<string | undefined> {
  return mkdirSync(path, options);
}

export async function mkdtemp(prefix: string): Promise<string> {
  return mkdtempSync(prefix);
}

export async function readdir(
  path: string,
  options?: { recursive?: boolean; withFileTypes?: boolean },
): Promise<(string | WebDirent)[]> {
  return readdirSync(path, options);
}

export async function rename(from: string, to: string): Promise<void> {
  renameSync(from, to);
}

export async function rm(path: string, options?: { recursive?: boolean; force?: boolean }): Promise<void> {
  rmSync(path, options);
}

/** A file of its own with the same content: there are no links here. */
export async function link(from: string, to: string): Promise<void> {
  tree.copy(from, to, { syscall: "link", isExclusive: true });
}

export async function copyFile(from: string, to: string, mode = 0): Promise<void> {
  tree.copy(from, to, { syscall: "copyfile", isExclusive: (mode & constants.COPYFILE_EXCL) !== 0 });
}

export async function statfs(_path: string): Promise<WebStatFs> {
  await origin.estimate();
  return statfsSync(_path);
}

/** A file, or a folder, as it is handed to another thread. */
interface SharedEntry {
  path: string;
  mtimeMs: number;
  /** None for a folder. */
  pieces?: (Uint8Array<ArrayBuffer> | Blob)[];
  isAdded: boolean;
}

/** As documented in file-system.ts. */
export async function mountFiles(shared?: readonly SharedEntry[]): Promise<void> {
  await flushFiles();
  const root = await origin.mount();
  const before = tree.root;
  tree.root = shared === undefined ? await scan(root) : rootOf(shared);
  for (const file of [...before.files()]) {
    const { path } = file;
    if (path === undefined || (file.isSaved && !file.isAdded)) continue;
    place(path, file);
    if (!file.isAdded) origin.changed(path);
  }
}

function rootOf(shared: readonly SharedEntry[]): Root {
  const other = new Tree(() => {});
  for (const { path, mtimeMs, pieces, isAdded } of shared) {
    if (pieces === undefined) other.makeFolder(path, true);
    else {
      const file = new StoredFile();
      file.set(pieces);
      other.place(path, file, "open");
      Object.assign(file, { mtimeMs, isAdded, origin: isAdded ? undefined : path, savedVersion: file.version });
    }
  }
  return other.root;
}

export async function flushFiles(): Promise<void> {
  if (origin.isMounted) await origin.flush();
}

export async function flushFile(path: string): Promise<void> {
  if (origin.isMounted) await origin.flush(resolve(path));
}

/** As documented in file-system.ts. */
export async function shareFiles(): Promise<SharedEntry[]> {
  await flushFiles();
  const shared: SharedEntry[] = [];
  const list = (folder: Folder): void => {
    for (const entry of folder.children.values()) {
      const [path, mtimeMs] = [entry.path as string, entry.mtimeMs];
      if (entry instanceof Folder) {
        shared.push({ path, mtimeMs, isAdded: false });
        list(entry);
      } else shared.push({ path, mtimeMs, pieces: [...entry.pieces], isAdded: entry.isAdded });
    }
  };
  list(tree.root);
  return shared;
}

/** As documented in file-system.ts. */
export function addFile(path: string, content: Blob): void {
  const file = new StoredFile();
  file.set([content]);
  file.mtimeMs = (content as Partial<File>).lastModified ?? file.mtimeMs;
  file.isAdded = true;
  place(path, file);
}

/** Places a file, and the folders that it needs, without noting a change. */
function place(path: string, file: StoredFile): void {
  const quiet = new Tree(() => {});
  quiet.root = tree.root;
  quiet.makeFolder(dirname(resolve(path)), true);
  quiet.place(path, file, "open");
}

/** As documented in file-system.ts: what is in memory is copied, snapshots of the disk are not. */
export async function openBlob(path: string): Promise<Blob> {
  return new Blob([...tree.file(path, "open").pieces]);
}
