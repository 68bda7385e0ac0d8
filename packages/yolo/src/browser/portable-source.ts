import { type LiveFrames, liveFrames, type Source, type SourceEntry } from "@lookonce/inference/prediction";

/** What a page alone has: elements, and streams of cameras. */
export type PageSource = HTMLVideoElement | MediaStream;

/** Where images come from on a page: all that Node reads by bytes and pixels, and what the page shows. */
export type BrowserSource = Source | PageSource;

/**
 * A source as the worker can have it: what the page shows as bitmaps, cameras and videos frame by frame, of which the newest is
 * wanted. What was passed stays the caller's.
 */
export async function portableSource(source: BrowserSource, signal?: AbortSignal): Promise<Source | LiveFrames> {
  if (isLive(source)) {
    const name = source instanceof MediaStream ? "camera" : "video";
    return { name, liveFrames: liveFrames(source, signal === undefined ? {} : { signal }) };
  }
  if (Array.isArray(source)) return Promise.all(source.map(portableEntry));
  if (typeof source === "object" && Symbol.asyncIterator in source) {
    return portableEntries(source as AsyncIterable<SourceEntry>);
  }
  return portableEntry(source as SourceEntry);
}

function isLive(source: BrowserSource): source is PageSource {
  return source instanceof MediaStream || source instanceof HTMLVideoElement;
}

async function* portableEntries(source: AsyncIterable<SourceEntry>): AsyncGenerator<SourceEntry, void, undefined> {
  for await (const entry of source) yield await portableEntry(entry);
}

async function portableEntry(entry: SourceEntry): Promise<SourceEntry> {
  if (entry instanceof VideoFrameClass) return entry.clone();
  if (entry instanceof HTMLImageElement) await entry.decode();
  const isDrawable =
    entry instanceof HTMLImageElement || entry instanceof HTMLCanvasElement || entry instanceof OffscreenCanvas;
  return isDrawable || entry instanceof ImageBitmap ? createImageBitmap(entry) : entry;
}

/** Some browsers have none. */
const VideoFrameClass: typeof VideoFrame = globalThis.VideoFrame ?? class {};
