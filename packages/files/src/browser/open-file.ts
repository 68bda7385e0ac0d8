import type { StoredFile } from "./entries.ts";
import { entryStats, type WebStats } from "./stats.ts";
import { systemError } from "./system-error.ts";
import type { OpenFlags, Tree } from "./tree.ts";

/** Node's flags, by name. */
export function parseFlags(flags: string | number = "r"): OpenFlags {
  // Numbers are `constants.O_RDONLY` here, with or without others that browsers have no use for
  const text = typeof flags === "number" ? "r" : flags;
  const isPlus = text.includes("+");
  return {
    reads: text.startsWith("r") || isPlus,
    writes: !text.startsWith("r") || isPlus,
    appends: text.startsWith("a"),
    creates: !text.startsWith("r"),
    truncates: text.startsWith("w"),
    isExclusive: text.includes("x"),
  };
}

/** An open file: a file with a position. */
export class WebFile {
  readonly #file: StoredFile;
  readonly #flags: OpenFlags;
  readonly #tree: Tree;
  #position = 0;
  #isClosed = false;

  constructor(tree: Tree, path: string, flags?: string | number) {
    this.#tree = tree;
    this.#flags = parseFlags(flags);
    this.#file = tree.open(path, this.#flags);
  }

  statSync(): WebStats {
    return entryStats(this.#checked("reads", "fstat", true));
  }

  readSync(
    target: Uint8Array,
    offset = 0,
    length: number = target.length - offset,
    position: number | null = null,
  ): number {
    const file = this.#checked("reads", "read");
    const start = position ?? this.#position;
    const bytes = file.read(start, start + length);
    target.set(bytes, offset);
    if (position === null) this.#position += bytes.length;
    return bytes.length;
  }

  readAllSync(): Uint8Array<ArrayBuffer> {
    const file = this.#checked("reads", "read");
    const bytes = file.read(this.#position);
    this.#position = file.size;
    return bytes;
  }

  writeSync(bytes: Uint8Array, position: number | null = null): number {
    const file = this.#checked("writes", "write");
    const start = this.#flags.appends ? file.size : (position ?? this.#position);
    file.write(bytes, start);
    if (position === null) this.#position = start + bytes.length;
    this.#tree.changed(file);
    return bytes.length;
  }

  truncateSync(size = 0): void {
    const file = this.#checked("writes", "ftruncate");
    file.truncate(size);
    this.#tree.changed(file);
  }

  closeSync(): void {
    this.#checked("reads", "close", true);
    this.#isClosed = true;
  }

  /** @returns bytes, or their text when an encoding is named */
  async readFile(options?: string | { encoding?: string | null }): Promise<Uint8Array | string> {
    const file = this.#checked("reads", "read");
    const bytes = (await file.readLater()).subarray(this.#position);
    this.#position = file.size;
    return decoded(bytes, options);
  }

  async read(target: Uint8Array, offset?: number, length?: number, position?: number | null): Promise<object> {
    return { bytesRead: this.readSync(target, offset, length, position), buffer: target };
  }

  async writeFile(content: string | Uint8Array): Promise<void> {
    this.writeSync(encoded(content));
  }

  async appendFile(content: string | Uint8Array): Promise<void> {
    this.writeSync(encoded(content));
  }

  async stat(): Promise<WebStats> {
    return this.statSync();
  }

  /** Writes go on behind the program: `flushFile` waits for them, once for all that a file gets. */
  async sync(): Promise<void> {}

  async close(): Promise<void> {
    if (!this.#isClosed) this.closeSync();
  }

  /** The rest of the file, in chunks. */
  async *createReadStream({ highWaterMark = 65_536 }: { highWaterMark?: number } = {}): AsyncGenerator<Uint8Array> {
    while (true) {
      const chunk = new Uint8Array(highWaterMark);
      const length = this.readSync(chunk);
      if (length === 0) return;
      yield chunk.subarray(0, length);
    }
  }

  #checked(right: "reads" | "writes", syscall: string, isAlways = false): StoredFile {
    if (this.#isClosed || !(isAlways || this.#flags[right])) throw systemError("EBADF", syscall);
    return this.#file;
  }
}

/** Bytes of a text, in UTF-8, or bytes as they are. */
export function encoded(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}

/** Bytes as they are, or the text that they encode in UTF-8. */
export function decoded(
  bytes: Uint8Array<ArrayBuffer>,
  options?: string | { encoding?: string | null },
): Uint8Array<ArrayBuffer> | string {
  const encoding = typeof options === "object" ? options.encoding : options;
  if (encoding === undefined || encoding === null) return bytes;
  return new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes);
}
