import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { LookonceError } from "@lookonce/errors";
import { ByteReader } from "./byte-reader.ts";
import { ask } from "./link.ts";
import type { Origin, StreamOrigin } from "./origin.ts";
import type { SourceItem, SourceSettings } from "./source.ts";
import { beginsWithImage, splitImages } from "./split-images.ts";
import { probeVideo, type VideoFacts } from "./video/probe-video.ts";
import { type Opening, videoFrames } from "./video/video-frames.ts";

/**
 * The images of an origin. What cannot be opened becomes an image that cannot be read, so that whoever goes through the
 * source decides whether that ends it.
 */
export async function* originItems(
  origin: Origin,
  settings: SourceSettings,
  facts?: VideoFacts,
): AsyncGenerator<SourceItem, void, undefined> {
  try {
    yield* itemsOf(origin, settings, facts);
  } catch (error) {
    if (!(error instanceof LookonceError)) throw error;
    if (settings.signal?.aborted) return;
    yield { path: origin.path, name: origin.name, content: () => Promise.reject(error) };
  }
}

async function* itemsOf(
  origin: Origin,
  settings: SourceSettings,
  facts?: VideoFacts,
): AsyncGenerator<SourceItem, void, undefined> {
  const { path, name } = origin;
  switch (origin.kind) {
    case "image":
      yield { path, name, content: origin.content };
      return;
    case "fault":
      throw origin.error;
    case "stream":
      yield* streamItems(origin, settings);
      return;
    case "link": {
      const answer = await ask(path, settings);
      if (answer.kind === "image") {
        yield { path, name, content: () => answer.read() };
        return;
      }
      await answer.leave();
      yield* videoFrames({ kind: "video", path, name, input: ["-i", path], live: true }, settings);
      return;
    }
    case "video": {
      const { ffmpeg, signal } = settings;
      const known = facts ?? (origin.live ? undefined : await probeVideo({ ...origin, ffmpeg, signal }));
      yield* videoFrames(origin, settings, known === undefined ? {} : { facts: known });
    }
  }
}

/** The images of a stream of bytes, or the frames when it does not begin with an image. */
async function* streamItems(
  { path, name, stream }: StreamOrigin,
  settings: SourceSettings,
): AsyncGenerator<SourceItem, void, undefined> {
  const bytes = stream();
  const close = (): void => void bytes.destroy();
  settings.signal?.addEventListener("abort", close, { once: true });
  const reader = new ByteReader(bytes);
  try {
    if (await beginsWithImage(reader)) {
      let index = 0;
      for await (const content of splitImages(reader, settings.maxBytes)) {
        yield { path: `${path} ${index}`, name: `${name}-${index}`, content };
        index++;
      }
      return;
    }
    if (reader.here.length === 0) throw new LookonceError("FORMAT", `Nothing came from ${path}.`);
    if (await isIndexedAtEnd(reader)) {
      yield* spooledFrames({ path, name, reader }, settings);
      return;
    }
    const opening: Opening = { bytes: theRest(reader) };
    const input = ["-i", "pipe:0"];
    yield* videoFrames({ kind: "video", path, name, input, live: false }, settings, opening);
  } finally {
    settings.signal?.removeEventListener("abort", close);
    close();
  }
}

/** Frames of an MP4 file whose index comes last: only a file on disk can be read from its end. */
async function* spooledFrames(
  { path, name, reader }: { path: string; name: string; reader: ByteReader },
  settings: SourceSettings,
): AsyncGenerator<SourceItem, void, undefined> {
  const folder = await mkdtemp(join(tmpdir(), "lookonce-"));
  try {
    const file = join(folder, "stream.mp4");
    await pipeline(theRest(reader), createWriteStream(file));
    const input = ["-i", `file:${file}`];
    const { ffmpeg, signal } = settings;
    const facts = await probeVideo({ path, input, ffmpeg, signal });
    yield* videoFrames({ kind: "video", path, name, input, live: false }, settings, { facts });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function* theRest(reader: ByteReader): AsyncGenerator<Uint8Array, void, undefined> {
  while (await reader.ensure(1)) {
    const chunk = Buffer.from(reader.here);
    reader.skip(chunk.length);
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
