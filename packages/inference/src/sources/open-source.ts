import { Readable } from "node:stream";
import { LookonceError } from "@lookonce/errors";
import type { Origin, VideoOrigin } from "./origin.ts";
import { originItems } from "./origin-items.ts";
import { type Resolved, resolveEntry } from "./resolve-entry.ts";
import {
  type OpenedSource,
  type OpenSourceOptions,
  resolveSourceOptions,
  type Source,
  type SourceEntry,
  type SourceItem,
  type SourceSettings,
} from "./source.ts";
import { probeVideo, type VideoFacts } from "./video/probe-video.ts";

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
  const { count, live } = opened;
  settings.onOpen?.({ ...(count === undefined ? {} : { count }), ...(live === undefined ? {} : { live }) });
  return opened;
}

async function open(source: Source, settings: SourceSettings): Promise<OpenedSource> {
  const stream = streamOf(source, settings);
  if (stream !== undefined) return assemble({ origins: [stream], single: true }, settings);
  if (isAsyncIterable(source)) {
    return { single: false, [Symbol.asyncIterator]: () => itemsAsTheyCome(source, settings) };
  }
  if (!Array.isArray(source)) {
    return assemble(await resolveEntry(source as SourceEntry, { settings, index: 0 }), settings);
  }
  return assemble({ origins: await resolveAll(source as readonly SourceEntry[], settings), single: false }, settings);
}

/** Standard input, or a stream that was given. */
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

/** All that the entries of a list stand for; an entry that leads nowhere is an error in its turn. */
async function resolveAll(entries: readonly SourceEntry[], settings: SourceSettings): Promise<Origin[]> {
  const origins: Origin[] = [];
  for (const [index, entry] of entries.entries()) {
    for (const origin of (await resolveOrFault(entry, index, settings)).origins) origins.push(origin);
  }
  return origins;
}

async function resolveOrFault(entry: SourceEntry, index: number, settings: SourceSettings): Promise<Resolved> {
  try {
    return await resolveEntry(entry, { settings, index });
  } catch (error) {
    if (!(error instanceof LookonceError)) throw error;
    const path = typeof entry === "string" ? entry : `image ${index}`;
    return { origins: [{ kind: "fault", path, name: `image-${index}`, error }], single: false };
  }
}

async function* itemsAsTheyCome(
  source: AsyncIterable<SourceEntry>,
  settings: SourceSettings,
): AsyncGenerator<SourceItem, void, undefined> {
  let index = 0;
  for await (const entry of source) {
    if (settings.signal?.aborted) return;
    const { origins } = await resolveOrFault(entry, index++, settings);
    for (const origin of origins) yield* originItems(origin, settings);
  }
}

/** A source of what was found; a single video is asked for its length first. */
async function assemble(found: Resolved, settings: SourceSettings): Promise<OpenedSource> {
  const { single } = found;
  const origins = single ? found.origins : uniqueNames(found.origins);
  const [first] = origins;
  if (single && first?.kind === "video" && !first.live) {
    const facts = await probe(first, settings);
    const frames = facts.frames === undefined ? undefined : Math.ceil(facts.frames / settings.vidStride);
    return { single, ...(frames === undefined ? {} : { count: frames }), ...iterator(origins, settings, facts) };
  }
  const count = origins.every(({ kind }) => kind === "image" || kind === "fault") ? origins.length : undefined;
  const live = origins.some((origin) => origin.kind === "video" && origin.live);
  return {
    single,
    ...(count === undefined ? {} : { count }),
    ...(live ? { live } : {}),
    ...iterator(origins, settings),
  };
}

function probe({ path, input }: VideoOrigin, { ffmpeg, signal }: SourceSettings): Promise<VideoFacts> {
  return probeVideo({ path, input, ffmpeg, signal });
}

function iterator(origins: readonly Origin[], settings: SourceSettings, facts?: VideoFacts): AsyncIterable<SourceItem> {
  return {
    async *[Symbol.asyncIterator](): AsyncGenerator<SourceItem, void, undefined> {
      for (const origin of origins) {
        if (settings.signal?.aborted) return;
        yield* originItems(origin, settings, facts);
      }
    },
  };
}

/** The same origins, those whose names were taken with a number before the ending: `a.jpg`, `a-2.jpg`. */
function uniqueNames(origins: readonly Origin[]): Origin[] {
  const used = new Map<string, number>();
  return origins.map((origin) => {
    // Some file systems ignore case
    const key = stem(origin.name).toLowerCase();
    const times = (used.get(key) ?? 0) + 1;
    used.set(key, times);
    if (times === 1) return origin;
    const name = `${stem(origin.name)}-${times}${origin.name.slice(stem(origin.name).length)}`;
    used.set(stem(name).toLowerCase(), 1);
    return { ...origin, name };
  });
}

/** A name without its ending. */
function stem(name: string): string {
  return name.replace(/(?<=[^/])\.[^./]*$/, "");
}
