import { readFile, rm, stat } from "node:fs/promises";
import { writeWhole } from "@lookonce/files";

/** What a server said of the file whose beginning is there. */
export interface PartialState {
  url: string;
  /** A strong ETag, or the time of change: what the rest must still belong to. */
  validator: string;
}

/** The beginning of a file, kept when a download ends too soon, so that the next resumes it. */
export class PartialFile {
  /** Where the bytes are. */
  readonly path: string;
  readonly #statePath: string;

  constructor(file: string) {
    this.path = `${file}.partial`;
    this.#statePath = `${this.path}.json`;
  }

  /** How much is there of what this address serves, and what it must still belong to. */
  async started(url: string): Promise<{ bytes: number; validator: string } | undefined> {
    const text = await readFile(this.#statePath, "utf8").catch(() => "");
    const bytes = await stat(this.path).then(
      ({ size }) => size,
      () => 0,
    );
    const state = parse(text);
    return bytes > 0 && state?.url === url ? { bytes, validator: state.validator } : undefined;
  }

  /** Notes what the bytes that come now belong to; without a validator nobody can resume them. */
  async note(state: PartialState | undefined): Promise<void> {
    if (state === undefined) await rm(this.#statePath, { force: true });
    else await writeWhole(this.#statePath, JSON.stringify(state), { flush: false });
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
    await rm(this.#statePath, { force: true });
  }
}

function parse(text: string): PartialState | undefined {
  try {
    const { url, validator } = JSON.parse(text) as PartialState;
    return typeof url === "string" && typeof validator === "string" ? { url, validator } : undefined;
  } catch {
    return undefined;
  }
}
