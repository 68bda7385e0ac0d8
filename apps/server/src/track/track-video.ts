import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Image, type PlainTracks, readFrames } from "@lookonce/yolo";
import { HttpError } from "../errors/http-error.ts";
import type { FullSettings } from "../settings.ts";
import type { TrackSession } from "./track-session.ts";

/** Milliseconds after which a frame that the queue has no room for is offered again. */
const retryDelayMs = 200;

/** A tracked frame of a video. */
export type VideoTracks = PlainTracks & { timestamp: number };

/**
 * Tracks the frames of a video file in a session, one after the other.
 *
 * @param gone aborts when nobody waits for the frames any more
 * @throws HttpError or LookonceError when it is no video, its frames are too large, or one is not answered in time
 */
export async function* trackVideo(
  file: Uint8Array,
  session: TrackSession,
  { settings, gone }: { settings: FullSettings; gone: AbortSignal },
): AsyncGenerator<VideoTracks, void, undefined> {
  const folder = await mkdtemp(join(tmpdir(), "lookonce-video-"));
  try {
    // What it is shows in its bytes, whatever it is called
    const path = join(folder, "video.mp4");
    await writeFile(path, file);
    for await (const { image, timestamp } of frames(path, gone)) {
      checkPixels(image, settings.maxPixels);
      yield { ...(await trackFrame(image, session, { gone, timeout: settings.timeout })), timestamp };
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function* frames(path: string, signal: AbortSignal): ReturnType<typeof readFrames> {
  try {
    yield* readFrames(path, { signal });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // Where it lies here is nobody's business
    error.message = error.message.replaceAll(path, "the file");
    throw error;
  }
}

/** A frame waits, as long as any request may, where the queue is full. */
async function trackFrame(
  image: Image,
  session: TrackSession,
  { gone, timeout }: { gone: AbortSignal; timeout: number },
): Promise<PlainTracks> {
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort(new HttpError(504, "TIMEOUT", `A frame was not answered within ${timeout} seconds.`, { retryAfter: 1 }));
  }, 1000 * timeout);
  const signal = AbortSignal.any([gone, late.signal]);
  try {
    for (;;) {
      try {
        return (await session.track(image, { signal })).tracks;
      } catch (error) {
        if (!(error instanceof HttpError && error.code === "QUEUE_FULL")) throw error;
        await sleep(retryDelayMs);
        signal.throwIfAborted();
      }
    }
  } finally {
    clearTimeout(timer);
  }
}

function checkPixels({ width, height }: Image, maxPixels: number): void {
  if (width * height <= maxPixels) return;
  const limit = `${Number((maxPixels / 1e6).toPrecision(3))} million`;
  const message = `The video's frames have ${width} × ${height} pixels; at most ${limit} are possible.`;
  throw new HttpError(413, "TOO_MANY_PIXELS", message);
}
