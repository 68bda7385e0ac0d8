import { type Entry, Folder } from "./entries.ts";

/** What `stat` says of an entry. */
export interface WebStats {
  size: number;
  mtimeMs: number;
  mtime: Date;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
}

/** An entry of a folder, as `readdir` lists it. */
export interface WebDirent {
  name: string;
  parentPath: string;
  path: string;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

export function entryStats(entry: Entry): WebStats {
  const { mtimeMs } = entry;
  const size = entry instanceof Folder ? 0 : entry.size;
  return { size, mtimeMs, mtime: new Date(mtimeMs), isFIFO: no, isSocket: no, ...kind(entry) };
}

export function entryDirent(entry: Entry, parentPath: string): WebDirent {
  return { name: entry.name, parentPath, path: parentPath, ...kind(entry) };
}

function kind(entry: Entry): Pick<WebDirent, "isFile" | "isDirectory" | "isSymbolicLink"> {
  const isFolder = entry instanceof Folder;
  return { isFile: () => !isFolder, isDirectory: () => isFolder, isSymbolicLink: no };
}

function no(): boolean {
  return false;
}
