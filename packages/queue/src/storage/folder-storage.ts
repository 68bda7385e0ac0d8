import { constants } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LookonceError } from "@lookonce/errors";
import { besideOf, isMissing, renameIntoPlace, writeWhole, writing } from "@lookonce/files";
import { checkKey, type Storage, type StorageRef } from "./storage.ts";

/** A folder that all machines see under the same path. What is written appears by being renamed. */
export class FolderStorage implements Storage {
  readonly ref: StorageRef;

  constructor(ref: StorageRef) {
    this.ref = ref;
  }

  async read(key: string): Promise<Uint8Array> {
    const path = this.#path(key);
    return this.#reading(path, () => readFile(path));
  }

  async write(key: string, content: Uint8Array | string): Promise<void> {
    await writeWhole(this.#path(key), content);
  }

  async has(key: string): Promise<boolean> {
    const path = this.#path(key);
    return this.#reading(path, async () => {
      try {
        return (await stat(path)).isFile();
      } catch (error) {
        if (isMissing(error)) return false;
        throw error;
      }
    });
  }

  async upload(key: string, file: string): Promise<void> {
    await copyWhole(file, this.#path(key));
  }

  async download(key: string, file: string): Promise<void> {
    const path = this.#path(key);
    await this.#reading(path, () => stat(path));
    await copyWhole(path, file);
  }

  async *list(prefix: string): AsyncIterable<{ key: string; bytes: number }> {
    const folder = join(this.ref.url, checkKey(`${prefix}x`), "..");
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: Error) => {
      if (isMissing(error)) return [];
      throw new LookonceError("IO", `cannot read ${folder}: ${error.message}`, { cause: error });
    });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const key = `${prefix}${entry.name}`;
      if (entry.isDirectory()) yield* this.list(`${key}/`);
      else if (entry.isFile()) yield { key, bytes: (await stat(join(folder, entry.name))).size };
    }
  }

  async remove(prefix: string): Promise<void> {
    const folder = join(this.ref.url, checkKey(`${prefix}x`), "..");
    await writing(folder, () => rm(folder, { recursive: true, force: true }));
  }

  #path(key: string): string {
    return join(this.ref.url, checkKey(key));
  }

  async #reading<T>(path: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (cause) {
      if (!isMissing(cause))
        throw new LookonceError("IO", `cannot read ${path}: ${(cause as Error).message}`, { cause });
      throw new LookonceError("NOT_FOUND", `${path} is not in the storage; do all machines see this folder?`, {
        cause,
      });
    }
  }
}

/** Copies a file; the copy appears whole. A file system that can shares the blocks. */
async function copyWhole(from: string, to: string): Promise<void> {
  const beside = besideOf(to);
  await writing(to, async () => {
    await mkdir(dirname(to), { recursive: true });
    await copyFile(from, beside, constants.COPYFILE_FICLONE).catch(async (error: unknown) => {
      await rm(beside, { force: true });
      throw error;
    });
  });
  await renameIntoPlace(beside, to);
}
