import { appendFile, dirname, join, mkdir, readFile, rm, writeFile, writing } from "@lookonce/files";
import { mapConcurrently } from "../map-concurrently.ts";

/** Rows on their way to one spool file. */
interface Bucket {
  text: string;
  /** Ends when what came before is written; absent before the first time. */
  written?: Promise<unknown>;
}

/**
 * Collects the rows of many label files, which come in any order, in bounded memory: rows go to a few spool files, each
 * for a share of the label files, and from there to the label files, each of which is written once.
 */
export class LabelSpool {
  readonly #folder: string;
  readonly #limit: number;
  readonly #buckets: Bucket[];

  /**
   * @param options `buckets`: number of spool files, one of which is in memory at a time; `limit`: characters of a bucket
   *   that are kept before they are written
   */
  constructor(folder: string, { buckets = 64, limit = 2 ** 16 }: { buckets?: number; limit?: number } = {}) {
    this.#folder = folder;
    this.#limit = limit;
    this.#buckets = Array.from({ length: buckets }, () => ({ text: "" }));
  }

  /**
   * Adds a row to the label file of a number. A promise means that rows are being written: wait for it now and then, or
   * memory grows.
   */
  add(file: number, row: string): Promise<void> | undefined {
    const index = file % this.#buckets.length;
    const bucket = this.#buckets[index] as Bucket;
    bucket.text += `${file} ${row}\n`;
    if (bucket.text.length <= this.#limit) return undefined;
    // One writing after the other, so that rows keep their order
    const { text, written = writing(this.#folder, () => mkdir(this.#folder, { recursive: true })) } = bucket;
    const spool = this.#spoolFile(index);
    bucket.text = "";
    const next = written.then(() => writing(spool, () => appendFile(spool, text)));
    bucket.written = next;
    // Whoever waits gets the error; an earlier one may have ended the work before somebody does
    next.catch(() => {});
    return next;
  }

  /** Writes all label files, those without a row empty, and makes their folders. */
  async finish(files: readonly string[]): Promise<void> {
    for (const folder of new Set(files.map(dirname))) {
      await writing(folder, () => mkdir(folder, { recursive: true }));
    }
    const step = this.#buckets.length;
    for (const [first, { text, written }] of this.#buckets.entries()) {
      await written;
      const spooled = written === undefined ? "" : await readFile(this.#spoolFile(first), "utf8");
      const rows = rowsByFile(`${spooled}${text}`);
      const count = Math.ceil(Math.max(0, files.length - first) / step);
      const numbers = Array.from({ length: count }, (_, i) => first + i * step);
      await mapConcurrently(numbers, 32, (number) => {
        const file = files[number] as string;
        return writing(file, () => writeFile(file, rows.get(String(number)) ?? ""));
      });
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  #spoolFile(bucket: number): string {
    return join(this.#folder, `${bucket}.spool`);
  }
}

/** The rows of a spool file's text by the number of their label file. */
function rowsByFile(text: string): Map<string, string> {
  const rows = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [number = ""] = line.split(" ", 1);
    rows.set(number, `${rows.get(number) ?? ""}${line.slice(number.length + 1)}\n`);
  }
  return rows;
}
