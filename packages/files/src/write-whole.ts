import {
  closeSync,
  existsSync,
  flushFile,
  fsyncSync,
  mkdir,
  mkdirSync,
  open,
  openSync,
  realpath,
  realpathSync,
  rm,
  rmSync,
  writeSync,
} from "#file-system";
import { dirname } from "#path";
import { besideOf, renameIntoPlace, renameIntoPlaceSync } from "./rename-into-place.ts";
import { writing } from "./writing.ts";

/** The content of a file: a text (UTF-8), bytes, or pieces of bytes one after the other. */
export type Content = string | Uint8Array | readonly Uint8Array[];

/** Options of {@link writeWhole}. */
export interface WriteOptions {
  /**
   * Whether to wait until the disk has the bytes (fsync), so that after a power cut the file is the old one or the new one
   * and never an empty one. Costs milliseconds: leave it out for what can be made again, such as images and caches.
   * Default true.
   */
  flush?: boolean;
}

/**
 * Writes a file whole or not at all: under another name beside it first, then renamed, so that nobody ever reads half of
 * it. Missing folders are made. A symbolic link stays, and the file that it leads to is replaced.
 *
 * @throws LookonceError `IO`, naming the file; what was there before stays, and nothing is left beside it
 */
export async function writeWhole(path: string, content: Content, { flush = true }: WriteOptions = {}): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const beside = besideOf(target);
  try {
    await writing(path, async () => {
      await mkdir(dirname(target), { recursive: true });
      const file = await open(beside, "w");
      try {
        for (const piece of piecesOf(content)) await file.writeFile(piece);
        if (flush) await file.sync();
      } finally {
        await file.close();
      }
    });
    await renameIntoPlace(beside, target);
    if (flush) await flushFile(target);
  } catch (error) {
    // The failure that counts is the one above; there may be nothing to remove
    await rm(beside, { force: true }).catch(() => {});
    throw error;
  }
}

/** As {@link writeWhole}, without a promise. */
export function writeWholeSync(path: string, content: Content, { flush = true }: WriteOptions = {}): void {
  const target = existsSync(path) ? realpathSync(path) : path;
  const beside = besideOf(target);
  try {
    writing(path, () => {
      mkdirSync(dirname(target), { recursive: true });
      const file = openSync(beside, "w");
      try {
        for (const piece of piecesOf(content)) writeAll(file, piece);
        if (flush) fsyncSync(file);
      } finally {
        closeSync(file);
      }
    });
    renameIntoPlaceSync(beside, target);
  } catch (error) {
    remove(beside);
    throw error;
  }
}

export function piecesOf(content: Content): readonly Uint8Array[] {
  if (typeof content === "string") return [new TextEncoder().encode(content)];
  return content instanceof Uint8Array ? [content] : content;
}

/** Writes all of some bytes; the system may accept less than it is given, above 2 GiB always. */
export function writeAll(file: number, piece: Uint8Array): void {
  for (let done = 0; done < piece.length; ) done += writeSync(file, piece, done, piece.length - done);
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The failure that counts is the one that led here
  }
}
