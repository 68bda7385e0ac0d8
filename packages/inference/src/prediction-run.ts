import { type Picture, readPicture } from "@lookonce/augment";
import { LookonceError } from "@lookonce/errors";
import type { Results } from "./results.ts";
import { openSource } from "./sources/open-source.ts";
import type { Source, SourceItem } from "./sources/source.ts";

/** A picture that was left out. */
export interface SkippedPicture {
  path: string;
  /** Why it could not be read. */
  reason: string;
}

interface Opened {
  item: SourceItem;
  picture: Picture | LookonceError;
}

/** The results of a source's pictures, one after the other. It can be gone through once. */
export class PredictionRun implements AsyncIterable<Results> {
  /** Pictures that could not be read, so far. */
  readonly skipped: SkippedPicture[] = [];
  readonly #source: Source;
  readonly #detect: (picture: Picture, item: SourceItem) => Promise<Results>;

  constructor(source: Source, detect: (picture: Picture, item: SourceItem) => Promise<Results>) {
    this.#source = source;
    this.#detect = detect;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Results, void, undefined> {
    const opened = await openSource(this.#source);
    const items = opened[Symbol.asyncIterator]();
    try {
      let next = open(items);
      for (;;) {
        const current = await next;
        if (current === undefined) return;
        const { item, picture } = current;
        // Decoding runs on threads of its own: the next picture is read while the network looks at this one.
        next = open(items);
        if (!(picture instanceof LookonceError)) yield await this.#detect(picture, item);
        else if (opened.single) throw picture;
        else this.skipped.push({ path: item.path, reason: picture.message });
      }
    } finally {
      await items.return?.();
    }
  }

  /** All results at once. */
  async toArray(): Promise<Results[]> {
    const results: Results[] = [];
    for await (const result of this) results.push(result);
    return results;
  }
}

/** Reads a picture; a fault of the picture's is handed back, so that it is thrown, or not, when its turn comes. */
async function open(items: AsyncIterator<SourceItem>): Promise<Opened | undefined> {
  const { done, value: item } = await items.next();
  if (done) return undefined;
  try {
    const content = typeof item.content === "function" ? await item.content() : item.content;
    const encoded = typeof content === "string" || content instanceof Uint8Array;
    return { item, picture: encoded ? await readPicture(content) : content };
  } catch (error) {
    if (error instanceof LookonceError) return { item, picture: error };
    throw error;
  }
}
