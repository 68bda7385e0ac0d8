import { findPictures } from "./find-pictures.ts";
import type { OpenedSource, OpenSourceOptions, PictureSource, Source, SourceItem } from "./source.ts";

/**
 * Opens a source of pictures. They are neither read nor decoded here, but when their turn comes.
 *
 * @throws LookonceError `NOT_FOUND` for a path that leads nowhere, a folder without pictures or a pattern that nothing
 *   matches
 */
export async function openSource(source: Source, options: OpenSourceOptions = {}): Promise<OpenedSource> {
  const { pictures, single } = await findPictures(source);
  return {
    single,
    count: pictures.length,
    async *[Symbol.asyncIterator](): AsyncGenerator<SourceItem, void, undefined> {
      for (const [index, picture] of pictures.entries()) {
        if (options.signal?.aborted) return;
        yield itemOf(picture, index);
      }
    },
  };
}

function itemOf(content: PictureSource, index: number): SourceItem {
  return { path: typeof content === "string" ? content : `picture ${index}`, content };
}
