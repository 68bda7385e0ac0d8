import { isImage } from "../../paths/file-types.ts";
import { type ListedFile, listFiles } from "../../paths/list-files.ts";

/** Shortest time between two looks, in milliseconds. */
const pause = 1000;

/** Looks for new files in a run's folder, and for images that were drawn anew. */
export class ArtifactWatch {
  readonly #directory: string;
  readonly #report: (file: Omit<ListedFile, "modified">) => void;
  readonly #seen = new Map<string, number>();
  #looking: Promise<void> | undefined;
  #next = 0;

  constructor(directory: string, report: (file: Omit<ListedFile, "modified">) => void) {
    this.#directory = directory;
    this.#report = report;
  }

  /** Looks, unless that was done a moment ago. */
  glance(): void {
    if (this.#looking !== undefined || performance.now() < this.#next) return;
    this.#looking = this.#look().finally(() => {
      this.#looking = undefined;
      this.#next = performance.now() + pause;
    });
  }

  /** Looks once more, after the job's end. */
  async finish(): Promise<void> {
    await this.#looking;
    await this.#look();
  }

  async #look(): Promise<void> {
    // Validations may write a label file an image, deeper down: those are listed, not reported one by one.
    const files = await listFiles(this.#directory, { depth: 1, only: (name) => !/^labels\//.test(name) });
    for (const { name, bytes, type, modified } of files) {
      const before = this.#seen.get(name);
      if (before === modified || (before !== undefined && !isImage(name))) continue;
      this.#seen.set(name, modified);
      this.#report({ name, bytes, type });
    }
  }
}
