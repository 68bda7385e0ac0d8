import { LookonceError } from "@lookonce/errors";
import { Folder, StoredFile } from "./entries.ts";
import { fromBrowser } from "./system-error.ts";
import { partsOf, type Tree } from "./tree.ts";

/**
 * Keeps the origin private file system (OPFS) as the tree is: what changes is written behind the program, each file whole.
 * What changes often is written as it is by then, so what was renamed or removed meanwhile is never written.
 */
export class OriginFiles {
  readonly #tree: Tree;
  #root: FileSystemDirectoryHandle | undefined;
  readonly #pending: Set<string> = new Set();
  readonly #failures: Map<string, LookonceError> = new Map();
  #work: Promise<void> | undefined;

  constructor(tree: Tree) {
    this.#tree = tree;
  }

  /** Bytes that the origin may still store, by the last estimate. */
  free: number = Number.MAX_SAFE_INTEGER;

  get isMounted(): boolean {
    return this.#root !== undefined;
  }

  /** Writes below this folder from now on. */
  async mount(): Promise<FileSystemDirectoryHandle> {
    try {
      this.#root = await navigator.storage.getDirectory();
    } catch (cause) {
      const text = "this browser, or a private window of it, has no files for pages (OPFS).";
      throw new LookonceError("UNSUPPORTED", `mountFiles: ${text} Without it, files stay in memory.`, { cause });
    }
    this.#pending.clear();
    await this.estimate();
    return this.#root;
  }

  async estimate(): Promise<number> {
    const { quota = 0, usage = 0 } = await navigator.storage.estimate();
    this.free = Math.max(0, quota - usage);
    return this.free;
  }

  /** Notes that the disk is to be as the tree at a path; before it is mounted, that is all. */
  changed(path: string): void {
    this.#pending.add(path);
    this.#start();
  }

  /** Waits until nothing is left to write. @throws LookonceError `IO`, the first that went wrong since the last call */
  async flush(path?: string): Promise<void> {
    this.#start();
    while (this.#work !== undefined) await this.#work;
    const [failed = path] = path === undefined ? this.#failures.keys() : [];
    const failure = failed === undefined ? undefined : this.#failures.get(failed);
    if (path === undefined) this.#failures.clear();
    else this.#failures.delete(path);
    if (failure !== undefined) throw failure;
  }

  #start(): void {
    if (this.#root === undefined || this.#work !== undefined || this.#pending.size === 0) return;
    this.#work = this.#drain(this.#root).then(() => {
      this.#work = undefined;
      this.#start();
    });
  }

  async #drain(root: FileSystemDirectoryHandle): Promise<void> {
    // What the program does before it waits for something is written together
    await new Promise((resolve) => setTimeout(resolve));
    while (this.#pending.size > 0) {
      const paths = [...this.#pending];
      this.#pending.clear();
      const removed: string[] = [];
      for (const path of paths) {
        const entry = this.#find(path);
        if (entry === undefined) removed.push(path);
        else await this.#store(root, entry);
      }
      // After the writes: what was renamed is read from where it was
      for (const path of removed) await this.#attempt(root, path, () => this.#remove(root, path));
    }
    void this.estimate().catch(() => {});
  }

  #find(path: string): Folder | StoredFile | undefined {
    try {
      return this.#tree.find(path, "stat");
    } catch {
      return undefined;
    }
  }

  async #store(root: FileSystemDirectoryHandle, entry: Folder | StoredFile): Promise<void> {
    const { path } = entry;
    if (path === undefined || path === "/") return;
    if (entry instanceof StoredFile) {
      if (!entry.isSaved) await this.#attempt(root, path, () => this.#write(root, entry, path));
      return;
    }
    await this.#attempt(root, path, async () => {
      await folderAt(root, partsOf(path), true);
    });
    for (const child of [...entry.children.values()]) await this.#store(root, child);
  }

  async #write(root: FileSystemDirectoryHandle, file: StoredFile, path: string): Promise<void> {
    await this.#rescue(path, file);
    const parts = partsOf(path);
    const name = parts.pop() as string;
    const folder = await folderAt(root, parts, true);
    const { version, pieces } = file;
    const written = [...pieces];
    const handle = await writeWhole(folder, name, written).catch(async (error: Error) => {
      // Chromium may only say that it could write no more
      throw (await this.estimate()) < file.size ? new DOMException(error.message, "QuotaExceededError") : error;
    });
    const snapshot = await handle.getFile();
    this.#tree.displaced.delete(file);
    // Meanwhile more may have been appended, which is written next; what was changed elsewhere is in memory as a whole
    const count = written.every((piece, i) => file.pieces[i] === piece) ? written.length : 0;
    if (count > 0 || written.length === 0) file.saved(snapshot, { origin: path, version, pieces: count });
  }

  /** Reads into memory what other files have of a path that is to be replaced or removed. */
  async #rescue(path: string, except?: StoredFile): Promise<void> {
    for (const file of this.#tree.displaced) {
      const { origin = "" } = file;
      if (file.path === undefined || file.origin === file.path) this.#tree.displaced.delete(file);
      else if (file !== except && (origin === path || origin.startsWith(`${path}/`))) {
        const { version } = file;
        const bytes = await file.readLater();
        if (file.version !== version) continue;
        file.set([bytes]);
        file.origin = undefined;
        this.#tree.displaced.delete(file);
      }
    }
  }

  async #remove(root: FileSystemDirectoryHandle, path: string): Promise<void> {
    await this.#rescue(path);
    // It may be there again
    if (this.#find(path) !== undefined) return;
    const parts = partsOf(path);
    const name = parts.pop() as string;
    const folder = await folderAt(root, parts, false).catch(ignoreMissing);
    await folder?.removeEntry(name, { recursive: true }).catch(ignoreMissing);
  }

  /** Does something to a path of the disk; when that fails, the tree becomes what the disk has there. */
  async #attempt(root: FileSystemDirectoryHandle, path: string, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (cause) {
      this.#failures.set(path, failureOf(path, cause));
      await this.#restore(root, path).catch(() => {});
    }
  }

  async #restore(root: FileSystemDirectoryHandle, path: string): Promise<void> {
    const parts = partsOf(path);
    const name = parts.pop() as string;
    const folder = this.#find(`/${parts.join("/")}`);
    if (!(folder instanceof Folder)) return;
    const onDisk = await folderAt(root, parts, false).catch(ignoreMissing);
    const file = await onDisk?.getFileHandle(name).then(
      (handle) => handle.getFile(),
      () => undefined,
    );
    if (file !== undefined) folder.add(name, new StoredFile({ file, origin: path }));
    else if (folder.children.get(name) instanceof StoredFile) folder.remove(name);
  }
}

/** Writes a file that is then there whole, or not at all: one that is new gets its name when it is complete. */
async function writeWhole(
  folder: FileSystemDirectoryHandle,
  name: string,
  pieces: readonly (Uint8Array<ArrayBuffer> | Blob)[],
): Promise<FileSystemFileHandle> {
  const before = await folder.getFileHandle(name).catch(ignoreMissing);
  const handle = before ?? (await folder.getFileHandle(`${name}.partial`, { create: true }));
  try {
    const stream = await handle.createWritable();
    try {
      for (const piece of pieces) await stream.write(piece);
      await stream.close();
    } catch (error) {
      await stream.abort().catch(() => {});
      throw error;
    }
    if (before === undefined) await handle.move(name);
    return handle;
  } catch (error) {
    if (before === undefined) await folder.removeEntry(handle.name).catch(() => {});
    throw error;
  }
}

async function folderAt(
  root: FileSystemDirectoryHandle,
  parts: readonly string[],
  create: boolean,
): Promise<FileSystemDirectoryHandle> {
  let folder = root;
  for (const part of parts) folder = await folder.getDirectoryHandle(part, { create });
  return folder;
}

function ignoreMissing(error: unknown): undefined {
  if ((error as Error).name !== "NotFoundError") throw error;
}

function failureOf(path: string, cause: unknown): LookonceError {
  const error = fromBrowser(cause, "write", path) as Error & { code: string };
  const reason =
    error.code === "ENOSPC"
      ? "the page has used all storage that it may use (ENOSPC); remove files and try again"
      : `${(cause as Error)?.message ?? String(cause)} (${error.code})`;
  return new LookonceError("IO", `cannot write ${path}: ${reason}.`, { cause: error });
}

declare global {
  interface FileSystemFileHandle {
    /** Renames the file within its folder. */
    move(name: string): Promise<void>;
  }
}
