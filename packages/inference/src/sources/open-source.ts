import { Readable } from "node:stream";
import { LookonceError } from "@lookonce/errors";
import { resolve } from "@lookonce/files";
import { withoutEnding } from "./file-name.ts";
import { originItems } from "./origin-items.ts";
import { type Resolved, resolveAll, resolveEntry } from "./resolve-entry.ts";
import {
  type NamedFile,
  type OpenedSource,
  type OpenSourceOptions,
  type Origin,
  resolveSourceOptions,
  type Source,
  type SourceEntry,
  type SourceItem,
  type SourceSettings,
} from "./source.ts";
import { probeVideo } from "./video/probe-video.ts";

/**
 * Opens a source of images. What it stands for is found out here, from names; images are read, fetched and decoded when
 * their turn comes.
 *
 * @throws LookonceError `NOT_FOUND` for what leads nowhere, a folder without images, a pattern that nothing matches, or
 *   ffmpeg when it is needed and missing; `ARGUMENT`, `FORMAT`, `IO` or `UNSUPPORTED` for what cannot be opened
 */
export async function openSource(source: Source, options: OpenSourceOptions = {}): Promise<OpenedSource> {
  const settings = resolveSourceOptions(options);
  const opened = await open(source, settings);
  settings.onOpen?.({ count: opened.count, live: opened.live });
  return opened;
}

async function open(source: Source, settings: SourceSettings): Promise<OpenedSource> {
  const stream = streamOf(source, settings);
  if (stream !== undefined) return assemble({ origins: [stream], single: true }, settings);
  if (isAsyncIterable(source)) {
    const items = itemsOf(originsAsTheyCome(source, settings), settings);
    return { single: false, count: undefined, live: false, ...items };
  }
  if (Array.isArray(source)) {
    return assemble({ origins: await resolveAll(source as readonly SourceEntry[], settings), single: false }, settings);
  }
  return assemble(await resolveEntry(source as SourceEntry, { settings, index: 0 }), settings);
}

/**
 * Lists the files of a source, images and videos, by the names that their results get.
 *
 * @throws LookonceError as {@link openSource}; `UNSUPPORTED` for what is no file: streams, cameras, addresses
 */
export async function listSource(
  source: string,
  options: OpenSourceOptions = {},
): Promise<{ single: boolean; files: NamedFile[] }> {
  const settings = resolveSourceOptions(options);
  const refuse = (what: string): LookonceError =>
    new LookonceError("UNSUPPORTED", `Only files can be shared out to workers, and ${what} is none.`);
  if (source === "-") throw refuse("standard input");
  const { origins, single } = await resolveEntry(source, { settings, index: 0 });
  const files = (single ? origins : uniqueNames(origins)).map((origin): NamedFile => {
    const { path, name } = origin;
    const file = origin.kind === "image" ? origin.content : origin.kind === "video" ? origin.file : undefined;
    if (typeof file !== "string") throw refuse(path);
    return { path, name, file: resolve(file) };
  });
  return { single, files };
}

/** Standard input, or a stream that was passed. */
function streamOf(source: Source, { stdin = process.stdin }: SourceSettings): Origin | undefined {
  const isStdin = source === "-";
  if (!isStdin && !(source instanceof Readable)) return undefined;
  if (isStdin && (stdin as { isTTY?: boolean }).isTTY) {
    throw new LookonceError(
      "ARGUMENT",
      "Source - reads images or a video from standard input, but nothing is piped in: cat image.jpg | …",
    );
  }
  const name = isStdin ? "stdin" : "stream";
  return { kind: "stream", path: name, name, stream: () => (isStdin ? stdin : (source as Readable)) };
}

function isAsyncIterable(source: Source): source is AsyncIterable<SourceEntry> {
  return typeof source === "object" && Symbol.asyncIterator in source;
}

async function* originsAsTheyCome(
  source: AsyncIterable<SourceEntry>,
  settings: SourceSettings,
): AsyncGenerator<Origin, void, undefined> {
  let index = 0;
  for await (const entry of source) yield* await resolveAll([entry], settings, { index: index++ });
}

/** A source of what was found; of a single video the length is read first. */
async function assemble({ origins, single }: Resolved, settings: SourceSettings): Promise<OpenedSource> {
  const [first] = origins;
  if (single && first?.kind === "video" && !first.live) {
    const facts = await probeVideo(first, settings);
    const count = facts.frames === undefined ? undefined : Math.ceil(facts.frames / settings.vidStride);
    return { single, count, live: false, ...itemsOf([{ ...first, facts }], settings) };
  }
  return {
    single,
    count: origins.every(({ kind }) => kind === "image") ? origins.length : undefined,
    live: origins.some((origin) => origin.kind === "video" && origin.live),
    ...itemsOf(single ? origins : uniqueNames(origins), settings),
  };
}

function itemsOf(
  origins: Iterable<Origin> | AsyncIterable<Origin>,
  settings: SourceSettings,
): AsyncIterable<SourceItem> {
  return {
    async *[Symbol.asyncIterator](): AsyncGenerator<SourceItem, void, undefined> {
      for await (const origin of origins) {
        if (settings.signal?.aborted) return;
        yield* originItems(origin, settings);
      }
    },
  };
}

/** The same origins, those whose names were taken with a number before the ending: `a.jpg`, `a-2.jpg`. */
function uniqueNames(origins: readonly Origin[]): Origin[] {
  const used = new Map<string, number>();
  return origins.map((origin) => {
    const stem = withoutEnding(origin.name);
    // Some file systems ignore case
    const key = stem.toLowerCase();
    const times = (used.get(key) ?? 0) + 1;
    used.set(key, times);
    if (times === 1) return origin;
    used.set(`${key}-${times}`, 1);
    return { ...origin, name: `${stem}-${times}${origin.name.slice(stem.length)}` };
  });
}
