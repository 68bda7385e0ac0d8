import { basename, dirname, resolve } from "pathe";
import { type Entry, Folder, Root, StoredFile } from "./entries.ts";
import { systemError } from "./system-error.ts";

/** Called with the path of what was made, changed or removed. */
export type OnChange = (path: string) => void;

/** How a file is opened: what Node's flags say. */
export interface OpenFlags {
  reads: boolean;
  writes: boolean;
  appends: boolean;
  creates: boolean;
  truncates: boolean;
  isExclusive: boolean;
}

/** Folders and files by their paths. Its functions throw errors with Node's codes. */
export class Tree {
  root: Root = new Root();
  /** Files with pieces that the disk has under another path, where they stood before or were copied from. */
  readonly displaced: Set<StoredFile> = new Set();
  readonly #onChange: OnChange;

  constructor(onChange: OnChange) {
    this.#onChange = onChange;
  }

  /** The entry at a path, if there is one; `ENOTDIR` where a file is in its way. */
  find(path: string, syscall: string): Entry | undefined {
    let entry: Entry | undefined = this.root;
    for (const name of partsOf(path)) {
      if (!(entry instanceof Folder)) throw systemError("ENOTDIR", syscall, path);
      entry = entry.children.get(name);
      if (entry === undefined) return undefined;
    }
    return entry;
  }

  get(path: string, syscall: string): Entry {
    const entry = this.find(path, syscall);
    if (entry === undefined) throw systemError("ENOENT", syscall, path);
    return entry;
  }

  folder(path: string, syscall: string): Folder {
    const entry = this.get(path, syscall);
    if (!(entry instanceof Folder)) throw systemError("ENOTDIR", syscall, path);
    return entry;
  }

  file(path: string, syscall: string): StoredFile {
    const entry = this.get(path, syscall);
    if (entry instanceof Folder) throw systemError("EISDIR", syscall, path);
    return entry;
  }

  open(path: string, flags: OpenFlags): StoredFile {
    const found = this.find(path, "open");
    if (found !== undefined && flags.isExclusive) throw systemError("EEXIST", "open", path);
    if (found instanceof Folder) {
      // Node opens a folder for reading, and says what it is when it is read from
      throw systemError("EISDIR", "open", path);
    }
    if (found !== undefined) {
      if (flags.truncates) {
        found.set([]);
        this.changed(found);
      }
      return found;
    }
    if (!flags.creates) throw systemError("ENOENT", "open", path);
    const file = new StoredFile();
    this.place(path, file, "open");
    return file;
  }

  /** Places an entry into an existing folder; what has its name there is replaced. */
  place(path: string, entry: Entry, syscall: string): void {
    this.folder(dirname(resolve(path)), syscall).add(basename(resolve(path)), entry);
    this.changed(entry);
  }

  /** @returns the first folder that was made, if any */
  makeFolder(path: string, isRecursive: boolean): string | undefined {
    if (!isRecursive) {
      if (this.find(path, "mkdir") !== undefined) throw systemError("EEXIST", "mkdir", path);
      this.place(path, new Folder(), "mkdir");
      return resolve(path);
    }
    let folder: Folder = this.root;
    let first: string | undefined;
    for (const name of partsOf(path)) {
      let child = folder.children.get(name);
      if (child instanceof StoredFile) {
        throw systemError(child.path === resolve(path) ? "EEXIST" : "ENOTDIR", "mkdir", path);
      }
      if (child === undefined) {
        child = new Folder();
        folder.add(name, child);
        this.changed(child);
        first ??= child.path;
      }
      folder = child as Folder;
    }
    return first;
  }

  remove(path: string, { recursive = false, force = false }: { recursive?: boolean; force?: boolean }): void {
    let entry: Entry | undefined;
    try {
      entry = this.find(path, "rm");
    } catch (error) {
      if (!force) throw error;
    }
    if (entry === undefined) {
      if (force) return;
      throw systemError("ENOENT", "rm", path);
    }
    if (entry instanceof Folder && !recursive) {
      throw Object.assign(systemError("EISDIR", "rm", path), { code: "ERR_FS_EISDIR" });
    }
    this.#detach(entry);
  }

  removeFolder(path: string): void {
    const folder = this.folder(path, "rmdir");
    if (folder.children.size > 0) throw systemError("ENOTEMPTY", "rmdir", path);
    this.#detach(folder);
  }

  rename(from: string, to: string): void {
    const [entry, target] = [this.get(from, "rename"), this.find(to, "rename")];
    if (entry === target) return;
    if (entry === this.root || `${resolve(to)}/`.startsWith(`${resolve(from)}/`))
      throw systemError("EINVAL", "rename", from);
    if (target !== undefined) {
      if (target instanceof Folder && !(entry instanceof Folder)) throw systemError("EISDIR", "rename", from);
      if (entry instanceof Folder && !(target instanceof Folder)) throw systemError("ENOTDIR", "rename", from);
      if (target instanceof Folder && target.children.size > 0) throw systemError("ENOTEMPTY", "rename", from);
    }
    for (const file of entry instanceof Folder ? entry.files() : [entry]) this.displaced.add(file);
    this.place(to, entry, "rename");
    this.#onChange(resolve(from));
  }

  /** A second file with the same content; the pieces are shared, not copied. */
  copy(from: string, to: string, { syscall, isExclusive }: { syscall: string; isExclusive: boolean }): void {
    const source = this.file(from, syscall);
    const target = this.find(to, syscall);
    if (target !== undefined && isExclusive) throw systemError("EEXIST", syscall, to);
    if (target instanceof Folder) throw systemError("EISDIR", syscall, to);
    const copy = new StoredFile();
    copy.set(source.pieces);
    copy.origin = source.origin;
    this.displaced.add(copy);
    this.place(to, copy, syscall);
  }

  /** Notes that an entry has changed. */
  changed({ path }: Entry): void {
    if (path !== undefined) this.#onChange(path);
  }

  #detach(entry: Entry): void {
    const { path, parent } = entry;
    // The root itself stays
    if (entry instanceof Root) for (const child of [...entry.children.values()]) this.#detach(child);
    parent?.remove(entry.name);
    if (path !== undefined && parent !== undefined) this.#onChange(path);
  }
}

/** The names of a path, from the root on. */
export function partsOf(path: string): string[] {
  return resolve(path)
    .split("/")
    .filter((name) => name !== "");
}
