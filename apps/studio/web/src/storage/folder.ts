/** A folder of files. In the page it is one of the origin private file system; nothing leaves the browser. */
export interface Folder {
  /** A file by its path below the folder; `undefined` when there is none. */
  read(path: string): Promise<Blob | undefined>;
  /** Writes a file whole: what was there before stays until the new one is complete. */
  write(path: string, content: Blob | string): Promise<void>;
  /** Removes a file, or a folder with all that is in it; does nothing when there is none. */
  remove(path: string): Promise<void>;
  /** Names of the files, or of the folders, in a folder below; none where there is no such folder. */
  list(path: string, kind?: "file" | "directory"): Promise<string[]>;
}

/** A folder of the origin private file system. It is made when the first file is written. */
export class PrivateFolder implements Folder {
  readonly #path: readonly string[];

  /** @param path such as `studio/data` */
  constructor(path: string) {
    this.#path = path.split("/");
  }

  async read(path: string): Promise<Blob | undefined> {
    const [folder, name] = await this.#locate(path, false);
    const handle = await folder?.getFileHandle(name).catch(ifMissing);
    return handle?.getFile();
  }

  async write(path: string, content: Blob | string): Promise<void> {
    const [folder, name] = await this.#locate(path, true);
    const handle = await folder.getFileHandle(name, { create: true });
    const file = await handle.createWritable();
    try {
      await file.write(content);
      await file.close();
    } catch (error) {
      await file.abort().catch(() => {});
      throw error;
    }
  }

  async remove(path: string): Promise<void> {
    const [folder, name] = await this.#locate(path, false);
    await folder?.removeEntry(name, { recursive: true }).catch(ifMissing);
  }

  async list(path: string, wanted: "file" | "directory" = "file"): Promise<string[]> {
    const [folder] = await this.#locate(`${path}/x`, false);
    const names: string[] = [];
    if (folder !== undefined) for await (const [name, { kind }] of folder) if (kind === wanted) names.push(name);
    return names;
  }

  #locate(path: string, create: true): Promise<[FileSystemDirectoryHandle, string]>;
  #locate(path: string, create: boolean): Promise<[FileSystemDirectoryHandle | undefined, string]>;
  async #locate(path: string, create: boolean): Promise<[FileSystemDirectoryHandle | undefined, string]> {
    const parts = [...this.#path, ...path.split("/")];
    let folder: FileSystemDirectoryHandle | undefined = await navigator.storage.getDirectory();
    for (const part of parts.slice(0, -1)) {
      folder = await folder
        ?.getDirectoryHandle(part, { create })
        .catch((error) => (create ? raise(error) : ifMissing(error)));
    }
    return [folder, parts.at(-1) as string];
  }
}

function ifMissing(error: unknown): undefined {
  if (error instanceof DOMException && error.name === "NotFoundError") return undefined;
  throw error;
}

function raise(error: unknown): never {
  throw error;
}
