import type { Folder } from "./folder.ts";

/** A folder in memory that counts what is written, and fails when it is full. */
export class MemoryFolder implements Folder {
  readonly files = new Map<string, Blob>();
  readonly written: string[] = [];
  isFull = false;

  async read(path: string): Promise<Blob | undefined> {
    return this.files.get(path);
  }

  async write(path: string, content: Blob | string): Promise<void> {
    if (this.isFull) throw new DOMException("full", "QuotaExceededError");
    this.written.push(path);
    this.files.set(path, new Blob([content]));
  }

  async remove(path: string): Promise<void> {
    this.written.push(`-${path}`);
    for (const file of [...this.files.keys()]) {
      if (file === path || file.startsWith(`${path}/`)) this.files.delete(file);
    }
  }

  async list(path: string, kind: "file" | "directory" = "file"): Promise<string[]> {
    const below = [...this.files.keys()].filter((file) => file.startsWith(`${path}/`));
    const names = below.map((file) => file.slice(path.length + 1).split("/"));
    return [
      ...new Set(names.flatMap(([name = "", ...rest]) => (rest.length > 0 === (kind === "directory") ? name : []))),
    ];
  }
}
