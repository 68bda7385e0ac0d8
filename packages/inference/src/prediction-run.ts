import type { LookonceError } from "@lookonce/errors";
import { lookAhead } from "./pipeline/look-ahead.ts";
import type { Results } from "./results.ts";
import type { OpenedSource, SourceItem } from "./sources/source.ts";

/** An image that was left out. */
export interface SkippedImage {
  path: string;
  /** Why it could not be read. */
  reason: string;
}

/** What was found in each of some images, or its fault; asked for when their turn has come. */
export type FinishImages = () => Promise<(Results | { path: string; error: LookonceError })[]>;

/** How the images of a run are looked at. */
export interface RunWork {
  /** Opens the source; `signal` is raised when nothing more is wanted of it. */
  open: (signal: AbortSignal) => Promise<OpenedSource>;
  /** How many images are looked at together. */
  batch: number;
  /** Told how many images there are, where that is known. */
  expect: (count: number | undefined) => void;
  /** How many groups of images may be under way. */
  ahead: () => number;
  /** Begins on images that come later. */
  begin: (items: SourceItem[]) => Promise<FinishImages>;
}

/** The results of a source's images, one after the other. It can be gone through once. */
export class PredictionRun implements AsyncIterable<Results> {
  /** Images that could not be read, so far. */
  readonly skipped: SkippedImage[] = [];
  readonly #work: RunWork;

  constructor(work: RunWork) {
    this.#work = work;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Results, void, undefined> {
    const { open, batch, ahead, begin, expect } = this.#work;
    const over = new AbortController();
    const source = await open(over.signal);
    // What is there now is wanted of a camera, not what was there when its turn came near
    const live = source.live === true;
    if (!live) expect(source.count);
    const groups = lookAhead(source, {
      group: live ? 1 : batch,
      ahead: live ? () => 1 : ahead,
      start: begin,
      stop: () => over.abort(),
    });
    for await (const finish of groups) {
      for (const found of await finish()) {
        if (!("error" in found)) yield found;
        else if (source.single) throw found.error;
        else this.skipped.push({ path: found.path, reason: found.error.message });
      }
    }
  }

  /** All results at once. */
  async toArray(): Promise<Results[]> {
    const results: Results[] = [];
    for await (const result of this) results.push(result);
    return results;
  }
}
