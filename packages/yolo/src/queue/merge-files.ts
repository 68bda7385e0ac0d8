import { appendFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { appendWholeSync, besideOf, renameIntoPlaceSync, writing } from "@lookonce/files";
import type { PartRecord, Storage } from "@lookonce/queue";

/** Files that every part writes a piece of, which are joined in the order of parts. */
const isJson = (name: string): boolean => name === "predictions.json";
const isText = (name: string): boolean => /^dota\/.*\.txt$/.test(name);

/** Merges the files of a run's parts into one folder, as if one process had written them. */
export class FileMerger {
  readonly #directory: string;
  readonly #storage: Storage;
  /** Files that are joined, under the names that they have until they are whole. */
  readonly #partials = new Map<string, { partial: string; pieces: number }>();

  constructor(directory: string, storage: Storage) {
    this.#directory = directory;
    this.#storage = storage;
  }

  /** Adds the files of the next part that are below a folder of it. */
  async add({ prefix, files }: PartRecord, folder: string): Promise<void> {
    for (const file of files) {
      if (!file.startsWith(`${folder}/`)) continue;
      const name = file.slice(folder.length + 1);
      const key = `${prefix}${file}`;
      if (isJson(name) || isText(name)) this.#join(name, Buffer.from(await this.#storage.read(key)).toString("utf8"));
      else await this.#storage.download(key, join(this.#directory, name));
    }
  }

  /** Finishes the files that were joined. */
  finish(): void {
    for (const [name, { partial }] of this.#partials) {
      const file = join(this.#directory, name);
      if (isJson(name)) writing(file, () => appendFileSync(partial, "\n]\n"));
      renameIntoPlaceSync(partial, file);
    }
    this.#partials.clear();
  }

  /** Removes what was started. */
  discard(): void {
    for (const { partial } of this.#partials.values()) rmSync(partial, { force: true });
  }

  #join(name: string, text: string): void {
    const file = join(this.#directory, name);
    writing(file, () => {
      const found = this.#partials.get(name);
      const { partial, pieces } = found ?? { partial: besideOf(file), pieces: 0 };
      if (found === undefined) {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(partial, isJson(name) ? "[" : "");
      }
      const piece = isJson(name) ? rowsOf(text) : text;
      if (piece !== "") appendWholeSync(partial, `${isJson(name) && pieces > 0 ? "," : ""}${piece}`);
      this.#partials.set(name, { partial, pieces: pieces + (piece === "" ? 0 : 1) });
    });
  }
}

/** The rows of a list in JSON as writers of predictions write it, a line each. */
function rowsOf(text: string): string {
  return text.replace(/^\[/, "").replace(/\n?\]\s*$/, "");
}

/** Whether a run's folder is there, to be merged into again. */
export function isHere(directory: string | undefined): directory is string {
  return directory !== undefined && existsSync(directory);
}
