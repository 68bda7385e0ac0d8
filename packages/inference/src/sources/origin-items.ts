import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { LookonceError } from "@lookonce/errors";
import { ByteReader } from "./byte-reader.ts";
import { ask } from "./link.ts";
import type { Origin, SourceItem, SourceSettings } from "./source.ts";
import { beginsWithImage, splitImages } from "./split-images.ts";
import { probeVideo } from "./video/probe-video.ts";
import { videoFrames } from "./video/video-frames.ts";
import { addressInput, fileInput, pipeInput } from "./video/video-input.ts";

/**
 * The images of an origin. What cannot be opened becomes an image that cannot be read, so that whoever goes through the
 * source decides whether that ends it.
 */
export async function* originItems(
  origin: Origin,
  settings: SourceSettings,
): AsyncGenerator<SourceItem, void, undefined> {
  const { path, name, kind } = origin;
  try {
    if (kind === "image") yield { path, name, content: origin.content };
    else if (kind === "stream") yield* streamItems(origin, settings);
    else if (kind === "link") yield* linkItems(origin, settings);
    else if (origin.live || origin.facts !== undefined) yield* videoFrames(origin, settings);
    else yield* videoFrames({ ...origin, facts: await probeVideo(origin, settings) }, settings);
  } catch (error) {
    if (!(error instanceof LookonceError)) throw error;
    if (!settings.signal?.aborted) yield { path, name, content: () => Promise.reject(error) };
  }
}

async function* linkItems({ path, name }: Origin, settings: SourceSettings): AsyncGenerator<SourceItem> {
  const answer = await ask(path, settings);
  if (answer.kind === "image") {
    yield { path, name, content: () => answer.read() };
    return;
  }
  await answer.leave();
  yield* videoFrames({ kind: "video", path, name, input: addressInput(path), live: true }, settings);
}

/** The images of a stream of bytes, or the frames when it does not begin with an image. */
async function* streamItems(
  { path, name, stream }: Extract<Origin, { kind: "stream" }>,
  settings: SourceSettings,
): AsyncGenerator<SourceItem> {
  const bytes = stream();
  const chunks = readableChunks(bytes, path);
  const close = (): void => void bytes.destroy();
  settings.signal?.addEventListener("abort", close, { once: true });
  const reader = new ByteReader(chunks);
  const video = { kind: "video", path, name, live: false } as const;
  try {
    if (await beginsWithImage(reader)) {
      let index = 0;
      for await (const content of splitImages(reader, settings.maxBytes)) {
        yield { path: `${path} ${index}`, name: `${name}-${index}`, content };
        index++;
      }
    } else if (reader.here.length === 0) {
      throw new LookonceError("FORMAT", `Nothing came from ${path}.`);
    } else if (await isIndexedAtEnd(reader)) {
      // Only a file on disk can be read from its end
      const folder = await mkdtemp(join(tmpdir(), "lookonce-"));
      try {
        const file = join(folder, "stream.mp4");
        await pipeline(limited(theRest(reader), path), createWriteStream(file)).catch((cause: Error) => {
          if (cause instanceof LookonceError) throw cause;
          throw new LookonceError("IO", `Cannot store ${path} in ${folder}: ${cause.message}`, { cause });
        });
        yield* originItems({ ...video, input: fileInput(file) }, settings);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    } else yield* videoFrames({ ...video, input: pipeInput, bytes: theRest(reader) }, settings);
  } finally {
    settings.signal?.removeEventListener("abort", close);
    close();
  }
}

async function* readableChunks(stream: Readable, path: string): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* stream;
  } catch (cause) {
    throw new LookonceError("IO", `Cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
}

async function* theRest(reader: ByteReader): AsyncGenerator<Uint8Array, void, undefined> {
  while (await reader.ensure(1)) {
    const chunk = Buffer.from(reader.here);
    reader.skip(chunk.length);
    yield chunk;
  }
}

/** Most bytes of a stream that are stored on disk: it may have no end. */
const maxStored = 4 * 2 ** 30;

async function* limited(chunks: AsyncIterable<Uint8Array>, path: string): AsyncGenerator<Uint8Array, void, undefined> {
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > maxStored) {
      const message = `${path} is a video of more than 4 GiB whose index comes last: save it to a file, and pass that.`;
      throw new LookonceError("FORMAT", message);
    }
    yield chunk;
  }
}

/** Boxes that may stand before a file's index or its frames. */
const passedOver = new Set(["ftyp", "styp", "free", "skip", "wide", "uuid", "pdin"]);

/** Bytes within which an early index starts. */
const farthest = 2 ** 20;

/** Whether a stream is an MP4 or QuickTime file in which the frames come before the index (ISO/IEC 14496-12, section 4). */
async function isIndexedAtEnd(reader: ByteReader): Promise<boolean> {
  let at = 0;
  while (at < farthest && (await reader.ensure(at + 8))) {
    const size = reader.here.readUInt32BE(at);
    const type = reader.here.toString("latin1", at + 4, at + 8);
    if (type === "mdat") return true;
    // A size of 1 stands for a longer one behind it, of 0 for all the rest: neither before an early index
    if (!passedOver.has(type) || size < 8) return false;
    at += size;
  }
  return false;
}
