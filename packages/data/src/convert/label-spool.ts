import { appendFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { mapConcurrently } from "../map-concurrently.ts";

/** Options of {@link LabelSpool}. */
interface LabelSpoolOptions {
  /** Files between which the label files are dealt; one at a time is then in memory. */
  buckets?: number;
  /** Characters of a bucket that are kept before they are written. */
  limit?: number;
}

/** Rows on their way to one spool file. */
interface Bucket {
  rows: string[];
  /** Characters of the rows. */
  length: number;
  /** Ends when what was handed over before is written; absent before the first time. */
  writing?: Promise<void>;
}

/**
 * Collects the rows of many label files, which come in any order, in bounded memory: rows go to a few spool files, each
 * for a share of the label files, and from there to the label files, each of which is written once.
 */
export class LabelSpool {
  readonly #folder: string;
  readonly #limit: number;
  readonly #buckets: Bucket[];

  /** @param folder for the spool files; made, and removed by {@link finish} */
  constructor(folder: string, { buckets = 64, limit = 2 ** 16 }: LabelSpoolOptions = {}) {
    this.#folder = folder;
    this.#limit = limit;
    this.#buckets = Array.from({ length: buckets }, () => ({ rows: [], length: 0 }));
  }

  /** Makes the folder. */
  async open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
  }

  /**
   * Adds a row to a label file.
   *
   * @param file the file's number
   * @returns a promise when rows are being written: wait for it now and then, or memory grows
   */
  add(file: number, row: string): Promise<void> | undefined {
    const bucket = this.#buckets[file % this.#buckets.length] as Bucket;
    const line = `${file} ${row}\n`;
    bucket.rows.push(line);
    bucket.length += line.length;
    return bucket.length > this.#limit ? this.#write(file % this.#buckets.length) : undefined;
  }

  /** Writes all label files, those without a row empty, and makes their folders. */
  async finish(files: readonly string[]): Promise<void> {
    for (const folder of new Set(files.map(dirname))) await mkdir(folder, { recursive: true });
    for (const [bucket, { rows: kept, writing }] of this.#buckets.entries()) {
      await writing;
      const spooled = writing === undefined ? "" : await readFile(this.#spoolFile(bucket), "utf8");
      const rows = rowsByFile(`${spooled}${kept.join("")}`);
      const numbers = Array.from(
        { length: Math.ceil(Math.max(0, files.length - bucket) / this.#buckets.length) },
        (_, i) => bucket + i * this.#buckets.length,
      );
      await mapConcurrently(numbers, 32, (number) =>
        writeFile(files[number] as string, rows.get(String(number))?.join("") ?? ""),
      );
    }
    await rm(this.#folder, { recursive: true });
  }

  /** One writing after the other, so that rows keep their order. */
  #write(index: number): Promise<void> {
    const bucket = this.#buckets[index] as Bucket;
    const text = bucket.rows.join("");
    bucket.rows = [];
    bucket.length = 0;
    const append = (): Promise<void> => appendFile(this.#spoolFile(index), text);
    bucket.writing = bucket.writing?.then(append) ?? append();
    return bucket.writing;
  }

  #spoolFile(bucket: number): string {
    return join(this.#folder, `${bucket}.spool`);
  }
}

/** The rows of a spool file's text by the number of their label file. */
function rowsByFile(text: string): Map<string, string[]> {
  const rows = new Map<string, string[]>();
  for (let start = 0, end = text.indexOf("\n"); end >= 0; start = end + 1, end = text.indexOf("\n", start)) {
    const gap = text.indexOf(" ", start);
    const number = text.slice(start, gap);
    const row = text.slice(gap + 1, end + 1);
    const own = rows.get(number);
    if (own === undefined) rows.set(number, [row]);
    else own.push(row);
  }
  return rows;
}
