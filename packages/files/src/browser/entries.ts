import { LookonceError } from "@lookonce/errors";
import { fromBrowser } from "./system-error.ts";

/** A piece of a file: in memory, or as it lies on the disk. */
export type Piece = Uint8Array<ArrayBuffer> | Blob;

/** A folder or file of the tree. */
export type Entry = Folder | StoredFile;

abstract class AnyEntry {
  /** The folder that it is in; none for the root and for what was removed. */
  parent: Folder | undefined;
  name = "";
  mtimeMs: number = Date.now();

  /** Where it is; `undefined` when it was removed. */
  get path(): string | undefined {
    if (this.parent === undefined) return undefined;
    const above = this.parent.path;
    return above === undefined ? undefined : `${above === "/" ? "" : above}/${this.name}`;
  }
}

/** A folder: entries by their names. */
export class Folder extends AnyEntry {
  readonly children: Map<string, Entry> = new Map();

  add(name: string, entry: Entry): void {
    entry.parent?.remove(entry.name);
    const before = this.children.get(name);
    if (before !== undefined) before.parent = undefined;
    this.children.set(name, entry);
    entry.parent = this;
    entry.name = name;
    this.mtimeMs = Date.now();
  }

  remove(name: string): void {
    const entry = this.children.get(name);
    if (entry !== undefined) entry.parent = undefined;
    this.children.delete(name);
    this.mtimeMs = Date.now();
  }

  /** All files below. */
  *files(): Generator<StoredFile> {
    for (const child of this.children.values()) {
      if (child instanceof Folder) yield* child.files();
      else yield child;
    }
  }
}

/** The root of a tree. */
export class Root extends Folder {
  override get path(): string {
    return "/";
  }
}

/** A file: pieces one after the other. Those that were written are in memory until the disk has them. */
export class StoredFile extends AnyEntry {
  #pieces: Piece[] = [];
  #size = 0;
  /** Grows with each change. */
  version = 0;
  /** The version that the disk has, at {@link origin}. */
  savedVersion = -1;
  /** The path on the disk that the blobs among the pieces come from; none for those of other disks. */
  origin: string | undefined;
  /** Whether it was added by `addFile` and stays where it is. */
  isAdded = false;

  /** @param onDisk a snapshot of the file at `origin` */
  constructor(onDisk?: { file: File; origin: string }) {
    super();
    if (onDisk !== undefined) this.saved(onDisk.file, { origin: onDisk.origin, version: 0, pieces: 0 });
  }

  get size(): number {
    return this.#size;
  }

  get pieces(): readonly Piece[] {
    return this.#pieces;
  }

  /** Whether the disk has what it contains, at the path where it is. */
  get isSaved(): boolean {
    return this.isAdded || (this.savedVersion === this.version && this.origin === this.path);
  }

  /** Replaces all content. */
  set(pieces: readonly Piece[]): void {
    this.#pieces = [...pieces];
    this.#size = pieces.reduce((sum, piece) => sum + sizeOf(piece), 0);
    this.#changed();
  }

  /** Writes bytes, which are copied, at a position; what is between the end and it becomes zeros. */
  write(bytes: Uint8Array, position: number): void {
    if (position > this.#size) this.#push(new Uint8Array(position - this.#size));
    if (position === this.#size) this.#push(new Uint8Array(bytes));
    else {
      const all = new Uint8Array(Math.max(this.#size, position + bytes.length));
      all.set(this.#whole());
      all.set(bytes, position);
      this.#pieces = [all];
      this.#size = all.length;
    }
    this.#changed();
  }

  truncate(size: number): void {
    if (size === this.#size) return;
    const all = new Uint8Array(size);
    if (size > 0) all.set(this.#whole().subarray(0, size));
    this.set(size === 0 ? [] : [all]);
  }

  /** Reads a copy of the bytes from `start` to `end`. In a page, outside of workers, only what is still in memory. */
  read(start = 0, end: number = this.#size): Uint8Array<ArrayBuffer> {
    const last = Math.min(end, this.#size);
    const [only] = this.#pieces;
    if (this.#pieces.length === 1 && only instanceof Blob) return this.#readBlob(only.slice(start, last));
    return this.#whole().slice(start, last);
  }

  /** As {@link read}, without blocking the thread; in pages, too. */
  async readLater(): Promise<Uint8Array<ArrayBuffer>> {
    const pieces = [...this.#pieces];
    try {
      return new Uint8Array(await new Blob(pieces).arrayBuffer());
    } catch (cause) {
      throw fromBrowser(cause, "read", this.path ?? this.name);
    }
  }

  /** Notes that the disk has a version, whose pieces were the first so many of those that it has now, in a snapshot. */
  saved(file: File, { origin, version, pieces }: { origin: string; version: number; pieces: number }): void {
    this.#pieces.splice(0, pieces, file);
    this.#size = this.#pieces.reduce((sum, piece) => sum + sizeOf(piece), 0);
    this.origin = origin;
    this.savedVersion = version;
    this.mtimeMs = file.lastModified;
  }

  #push(bytes: Uint8Array<ArrayBuffer>): void {
    if (bytes.length === 0) return;
    this.#pieces.push(bytes);
    this.#size += bytes.length;
  }

  #changed(): void {
    this.version++;
    this.isAdded = false;
    this.mtimeMs = Date.now();
  }

  /** All bytes, in memory, where they stay. */
  #whole(): Uint8Array<ArrayBuffer> {
    const [only] = this.#pieces;
    if (this.#pieces.length === 1 && only instanceof Uint8Array) return only;
    const all = new Uint8Array(this.#size);
    let at = 0;
    for (const piece of this.#pieces) {
      const bytes = piece instanceof Blob ? this.#readBlob(piece) : piece;
      all.set(bytes, at);
      at += bytes.length;
    }
    this.#pieces = [all];
    return all;
  }

  #readBlob(blob: Blob): Uint8Array<ArrayBuffer> {
    const path = this.path ?? this.name;
    const Reader = globalThis.FileReaderSync;
    if (Reader === undefined) {
      throw new LookonceError("UNSUPPORTED", `cannot read ${path} without a promise here: do it in a worker.`);
    }
    try {
      return new Uint8Array(new Reader().readAsArrayBuffer(blob));
    } catch (cause) {
      throw fromBrowser(cause, "read", path);
    }
  }
}

function sizeOf(piece: Piece): number {
  return piece instanceof Blob ? piece.size : piece.length;
}

declare global {
  /** Reads files without promises; workers have it. */
  var FileReaderSync: undefined | (new () => { readAsArrayBuffer(blob: Blob): ArrayBuffer });
}
