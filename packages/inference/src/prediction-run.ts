import { type Picture, readPicture } from "@lookonce/augment";
import { LookonceError } from "@lookonce/errors";
import type { Results } from "./results.ts";
import { type FoundPictures, findPictures, type PictureSource, type Source } from "./sources.ts";

/** A picture that was left out. */
export interface SkippedPicture {
  path: string;
  /** Why it could not be read. */
  reason: string;
}

interface Opened {
  path: string;
  picture: Picture | LookonceError;
}

/** The results of a source's pictures, one after the other. It can be gone through once. */
export class PredictionRun implements AsyncIterable<Results> {
  /** Pictures that could not be read, so far. */
  readonly skipped: SkippedPicture[] = [];
  readonly #source: Source;
  readonly #detect: (picture: Picture, path: string) => Promise<Results>;

  constructor(source: Source, detect: (picture: Picture, path: string) => Promise<Results>) {
    this.#source = source;
    this.#detect = detect;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Results, void, undefined> {
    const { pictures, single }: FoundPictures = await findPictures(this.#source);
    let next = open(pictures, 0);
    for (let i = 0; i < pictures.length; i++) {
      const { path, picture } = (await next) as Opened;
      // Decoding runs on threads of its own: the next picture is read while the network looks at this one.
      next = open(pictures, i + 1);
      if (!(picture instanceof LookonceError)) yield await this.#detect(picture, path);
      else if (single) throw picture;
      else this.skipped.push({ path, reason: picture.message });
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
async function open(pictures: readonly PictureSource[], index: number): Promise<Opened | undefined> {
  const source = pictures[index];
  if (source === undefined) return undefined;
  const path = typeof source === "string" ? source : `picture ${index}`;
  if (typeof source !== "string" && !(source instanceof Uint8Array)) return { path, picture: source };
  try {
    return { path, picture: await readPicture(source) };
  } catch (error) {
    if (error instanceof LookonceError) return { path, picture: error };
    throw error;
  }
}
