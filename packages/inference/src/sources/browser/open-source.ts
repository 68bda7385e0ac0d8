import { LookonceError } from "@lookonce/errors";
import { basename, openBlob, statSync } from "@lookonce/files";
import { imageFrom } from "@lookonce/image";
import { kindOfFile } from "../file-kinds.ts";
import { fileName } from "../file-name.ts";
import { listFolder } from "../list-folder.ts";
import {
  type NamedFile,
  type OpenedSource,
  type OpenSourceOptions,
  resolveSourceOptions,
  type Source,
  type SourceEntry,
  type SourceItem,
  type SourceSettings,
} from "../source.ts";
import { fetchFile } from "./fetch-file.ts";
import type { LiveFrame } from "./live-frames.ts";
import { liveItems } from "./live-items.ts";
import { type VideoFileOptions, videoFileFrames } from "./video-file.ts";

/** Frames of a camera or a playing video, of which the newest is wanted. */
export interface LiveFrames {
  name: string;
  liveFrames: AsyncIterable<LiveFrame>;
}

/** What one entry of a source stands for: images one after the other, and how many there are if that is known. */
interface Part {
  items: (settings: SourceSettings) => AsyncIterable<SourceItem> | Iterable<SourceItem>;
  count?: number;
}

/**
 * Opens a source of images in browsers: files and folders of the origin private file system by their paths, addresses of the
 * page's own origin, dropped files, pixels, what a canvas can draw, lists of these, and iterables.
 *
 * @throws LookonceError `NOT_FOUND` for what leads nowhere, `ARGUMENT`, `FORMAT`, `IO` or `UNSUPPORTED` for what cannot be opened
 */
export async function openSource(source: Source | LiveFrames, options: OpenSourceOptions = {}): Promise<OpenedSource> {
  const settings = resolveSourceOptions(options);
  const opened = await open(source, settings);
  settings.onOpen?.({ count: opened.count, live: opened.live });
  return opened;
}

async function open(source: Source | LiveFrames, settings: SourceSettings): Promise<OpenedSource> {
  if (typeof source === "object" && "liveFrames" in source) {
    const { liveFrames, name } = source;
    return {
      single: true,
      count: undefined,
      live: true,
      [Symbol.asyncIterator]: () => liveItems(liveFrames, { name }),
    };
  }
  if (isIterable(source)) {
    return { single: false, count: undefined, live: false, ...entriesAsTheyCome(source, settings) };
  }
  if (!Array.isArray(source)) {
    const parts = await partsOf(source as SourceEntry, 0);
    return assemble(parts.parts, parts.single, settings);
  }
  const parts: Part[] = [];
  for (const [i, entry] of source.entries()) {
    try {
      parts.push(...(await partsOf(entry, i)).parts);
    } catch (error) {
      parts.push(failed(entry, i, error));
    }
  }
  return assemble(parts, false, settings);
}

function isIterable(source: Source): source is AsyncIterable<SourceEntry> {
  return typeof source === "object" && Symbol.asyncIterator in source;
}

function assemble(parts: readonly Part[], single: boolean, settings: SourceSettings): OpenedSource {
  const isCounted = parts.every(({ count }) => count !== undefined);
  return {
    single,
    count: isCounted ? parts.reduce((sum, { count = 0 }) => sum + count, 0) : undefined,
    live: false,
    async *[Symbol.asyncIterator](): AsyncGenerator<SourceItem, void, undefined> {
      for (const { items } of parts) {
        if (settings.signal?.aborted) return;
        yield* items(settings);
      }
    },
  };
}

function entriesAsTheyCome(source: AsyncIterable<SourceEntry>, settings: SourceSettings): AsyncIterable<SourceItem> {
  return {
    async *[Symbol.asyncIterator](): AsyncGenerator<SourceItem, void, undefined> {
      let index = 0;
      for await (const entry of source) {
        if (settings.signal?.aborted) return;
        const { parts } = await partsOf(entry, index).catch((error) => ({ parts: [failed(entry, index, error)] }));
        for (const { items } of parts) yield* items(settings);
        index++;
      }
    },
  };
}

/** One that leads nowhere is an error in its turn. */
function failed(entry: SourceEntry, index: number, error: unknown): Part {
  if (!(error instanceof LookonceError)) throw error;
  const path = typeof entry === "string" ? entry : `image ${index}`;
  return one({ path, name: `image-${index}`, content: () => Promise.reject(error) });
}

function one(item: SourceItem): Part {
  return { items: () => [item], count: 1 };
}

async function partsOf(entry: SourceEntry, index: number): Promise<{ parts: Part[]; single: boolean }> {
  const alone = (part: Part): { parts: Part[]; single: boolean } => ({ parts: [part], single: true });
  if (typeof entry === "number") throw unsupported(`camera ${entry}`, "pass its MediaStream, of getUserMedia.");
  if (typeof entry === "string") return /^https?:\/\//i.test(entry) ? alone(address(entry)) : pathParts(entry);
  if (entry instanceof URL) return alone(address(entry.href));
  const [path, name] = [`image ${index}`, `image-${index}`];
  if (entry instanceof Blob) {
    const file = (entry as Partial<File>).name ?? path;
    return alone(blobPart(entry, { path: file, name: fileName(file) }));
  }
  if ("file" in entry) {
    const { path, name, file } = entry;
    return alone(blobPart(await openBlob(file), { path, name }));
  }
  return alone(one({ path, name, content: entry instanceof Uint8Array ? entry : imageFrom(entry) }));
}

async function pathParts(path: string): Promise<{ parts: Part[]; single: boolean }> {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts === undefined) {
    const hint = "In browsers a path is one of the page's own files; pass dropped files and addresses as File and URL.";
    throw new LookonceError("NOT_FOUND", `There is no image or folder ${path}. ${hint}`);
  }
  const filePart = (file: string): Part =>
    kindOfFile(file) === "video"
      ? { items: (settings) => lazyVideo(file, settings) }
      : one({ path: file, name: fileName(basename(file)), content: file });
  if (!facts.isDirectory()) return { parts: [filePart(path)], single: true };
  return { parts: (await listFolder(path)).files.map(filePart), single: false };
}

async function* lazyVideo(path: string, settings: SourceSettings): AsyncGenerator<SourceItem> {
  yield* videoFileFrames(await openBlob(path), videoOptions(path, settings));
}

function videoOptions(name: string, { vidStride, notify, signal }: SourceSettings): VideoFileOptions {
  return { name, vidStride, notify, ...(signal === undefined ? {} : { signal }) };
}

function blobPart(blob: Blob, { path, name }: { path: string; name: string }): Part {
  const isVideo = blob.type.startsWith("video/") || kindOfFile(path) === "video";
  if (!isVideo) return one({ path, name, content: async () => new Uint8Array(await blob.arrayBuffer()) });
  return { items: (settings) => videoFileFrames(blob, videoOptions(path, settings)) };
}

/** An image or a video at an address of the page's own origin. */
function address(href: string): Part {
  const path = href;
  const name = fileName(decodeURIComponent(new URL(href).pathname.split("/").at(-1) ?? "") || "image");
  if (kindOfFile(new URL(href).pathname) !== "video") {
    const content = async (): Promise<Uint8Array> => new Uint8Array(await (await fetchFile(href)).arrayBuffer());
    return one({ path, name, content });
  }
  return {
    async *items(settings) {
      const { signal } = settings;
      const blob = await fetchFile(href, signal === undefined ? {} : { signal });
      yield* blobPart(blob, { path, name }).items(settings);
    },
  };
}

/** @throws LookonceError `UNSUPPORTED` always: browsers have no workers that share out files */
export async function listSource(
  _source: string,
  _options: OpenSourceOptions = {},
): Promise<{ single: boolean; files: NamedFile[] }> {
  throw unsupported("a list of files for other machines", "run it in Node.");
}

function unsupported(what: string, remedy: string): LookonceError {
  return new LookonceError("UNSUPPORTED", `Browsers do not open ${what}: ${remedy}`);
}
