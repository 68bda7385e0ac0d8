import { appendFile, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { mapConcurrently } from "../map-concurrently.ts";

/** Characters held before they are written out: annotations of one picture may stand anywhere in a file. */
const defaultLimit = 32 * 2 ** 20;

/** Collects rows of many label files in bounded memory, and appends them to the files in between. */
export class LabelSpool {
  readonly #limit: number;
  readonly #rows: Map<string, string[]> = new Map();
  readonly #folders: Set<string> = new Set();
  #held = 0;

  constructor(limit: number = defaultLimit) {
    this.#limit = limit;
  }

  /**
   * Adds a row; an empty one makes sure that there is a file.
   *
   * @returns a promise when memory is full and rows are being written: wait for it before the limit's worth is added again
   */
  add(file: string, row: string): Promise<void> | undefined {
    const rows = this.#rows.get(file);
    if (rows === undefined) this.#rows.set(file, [row]);
    else rows.push(row);
    // A path's share of memory counts, too
    this.#held += row.length + (rows === undefined ? file.length + 100 : 16);
    return this.#held > this.#limit ? this.flush() : undefined;
  }

  /** Writes what is held. */
  async flush(): Promise<void> {
    const pending = [...this.#rows];
    this.#rows.clear();
    this.#held = 0;
    for (const folder of new Set(pending.map(([file]) => dirname(file)))) {
      if (!this.#folders.has(folder)) await mkdir(folder, { recursive: true });
      this.#folders.add(folder);
    }
    await mapConcurrently(pending, 32, ([file, rows]) => appendFile(file, rows.join("")));
  }
}
