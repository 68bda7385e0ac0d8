import { rename, renameSync, rm, rmSync, stat } from "#file-system";
import { isOpenElsewhere, onceAtExit, threadTag } from "#host";
import { basename, dirname, join } from "#path";
import { writing } from "./writing.ts";

let count = 0;

/** What is being written; a program that is asked to end leaves nothing of it behind. */
const unfinished: Set<string> = new Set();

function removeUnfinished(): void {
  for (const path of unfinished) {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // The program ends; there is nobody to notify
    }
  }
}

/**
 * A name beside a file or folder to write its content under, until {@link renameIntoPlace} renames it: in the same folder,
 * so on the same disk, and another one for every call, thread and process, so that nobody writes into another's. What still
 * has that name when the program ends by itself or by `process.exit` is removed then.
 */
export function besideOf(path: string): string {
  if (count === 0) onceAtExit(removeUnfinished);
  count++;
  const beside = join(dirname(path), `${basename(path)}.${threadTag()}-${count}.partial`);
  unfinished.add(beside);
  return beside;
}

/**
 * Renames what was written beside a file or folder to it; what was there before is replaced: a file in one step, a folder
 * in two (removed, then renamed).
 *
 * @throws LookonceError `IO`; a file that was there before stays
 */
export async function renameIntoPlace(beside: string, path: string): Promise<void> {
  await writing(path, async () => {
    if ((await stat(beside)).isDirectory()) await rm(path, { recursive: true, force: true });
    for (const delay of retryDelaysMs) {
      try {
        await rename(beside, path);
        return;
      } catch (error) {
        if (delay === undefined || !isOpenElsewhere(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, delay));
      }
    }
  });
  unfinished.delete(beside);
}

/** As {@link renameIntoPlace}, without a promise; for files. */
export function renameIntoPlaceSync(beside: string, path: string): void {
  writing(path, () => {
    for (const delay of retryDelaysMs) {
      try {
        renameSync(beside, path);
        return;
      } catch (error) {
        if (delay === undefined || !isOpenElsewhere(error)) throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, delay);
      }
    }
  });
  unfinished.delete(beside);
}

/**
 * Milliseconds between two tries, none after the last: on Windows a virus scanner or an indexer may keep a file open that
 * was just written, for some tenths of a second.
 */
const retryDelaysMs = [10, 30, 60, 100, 200, 400, undefined];
