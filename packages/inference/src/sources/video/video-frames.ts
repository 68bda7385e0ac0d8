import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { LookonceError } from "@lookonce/errors";
import type { Image } from "@lookonce/image";
import { ByteReader } from "../byte-reader.ts";
import type { VideoOrigin } from "../origin.ts";
import type { SourceItem, SourceSettings, VideoInfo } from "../source.ts";
import { FfmpegProcess, ffmpegVersion } from "./ffmpeg-process.ts";
import type { VideoFacts } from "./probe-video.ts";

/** What is known of a video beforehand, or where its bytes come from. */
export interface Opening {
  facts?: VideoFacts;
  /** Its bytes, where ffmpeg does not open it itself. */
  bytes?: Readable | AsyncIterable<Uint8Array>;
}

/**
 * The frames of a video as ffmpeg decodes them, turned upright. ffmpeg waits while nobody reads: a pipe's few kilobytes are
 * all that lies between. Of a live video the newest frame is returned, unless `streamBuffer` is set. When the iterator is left,
 * ffmpeg is killed.
 *
 * @throws LookonceError `NOT_FOUND` without ffmpeg, `FORMAT` or `IO` when no frame comes, with ffmpeg's reason
 */
export function videoFrames(
  origin: VideoOrigin,
  settings: SourceSettings,
  opening: Opening = {},
): AsyncGenerator<SourceItem, void, undefined> {
  if (!origin.live || settings.streamBuffer) return decode(origin, settings, opening);
  const left = new AbortController();
  const signal = settings.signal === undefined ? left.signal : AbortSignal.any([left.signal, settings.signal]);
  return keepNewest(decode(origin, { ...settings, signal }, opening), () => left.abort());
}

async function* decode(
  origin: VideoOrigin,
  settings: SourceSettings,
  opening: Opening,
): AsyncGenerator<SourceItem, void, undefined> {
  const { path, live, name } = origin;
  const { vidStride, signal } = settings;
  const version = await ffmpegVersion(settings.ffmpeg);
  if (signal?.aborted) return;
  const log = new FrameLog();
  const ffmpeg = new FfmpegProcess(settings.ffmpeg, argumentsFor(origin, { vidStride, version }), {
    onLine: (line) => log.line(line),
  });
  const stop = (): void => ffmpeg.kill();
  signal?.addEventListener("abort", stop, { once: true });
  feed(ffmpeg, opening.bytes);
  const frames = new Frames(ffmpeg, origin, settings);
  let video: VideoInfo | undefined;
  try {
    for (let index = 0; ; index++) {
      const image = await frames.next();
      if (image === undefined || signal?.aborted) break;
      const { width, height } = image;
      const time = await log.nextTime();
      video ??= { rate: log.rate ?? 30, ...opening.facts, path, width, height, live, stride: vidStride };
      const frame = index * vidStride;
      yield { path, name, content: image, frame, timestamp: time ?? frame / video.rate, video };
    }
    if (!signal?.aborted) await frames.explainEnd(video !== undefined);
  } finally {
    signal?.removeEventListener("abort", stop);
    await ffmpeg.leave();
  }
}

/** Decoded frames of a running ffmpeg, with a watch over those that may never come. */
class Frames {
  readonly #ffmpeg: FfmpegProcess;
  readonly #origin: VideoOrigin;
  readonly #settings: SourceSettings;
  readonly #reader: ByteReader;
  #isLate = false;

  constructor(ffmpeg: FfmpegProcess, origin: VideoOrigin, settings: SourceSettings) {
    this.#ffmpeg = ffmpeg;
    this.#origin = origin;
    this.#settings = settings;
    this.#reader = new ByteReader(ffmpeg.stdout);
  }

  async next(): Promise<Image | undefined> {
    const { timeout } = this.#settings;
    // A file may take long to decode; what comes over a wire may never come
    if (!(this.#origin.live || this.#origin.path.includes("://"))) return readPpm(this.#reader);
    const late = setTimeout(() => {
      this.#isLate = true;
      this.#ffmpeg.kill();
    }, timeout * 1000);
    try {
      return await readPpm(this.#reader);
    } finally {
      clearTimeout(late);
    }
  }

  /** After the last frame: nothing at all is a fault, less than all is worth a word. */
  async explainEnd(came: boolean): Promise<void> {
    const { path } = this.#origin;
    const { code, reason } = await this.#ffmpeg.ended;
    if (this.#isLate) {
      throw new LookonceError("IO", `${path} sent no frame for ${this.#settings.timeout} s: it is given up.`);
    }
    if (!came) {
      const detail = reason === "" ? "it has no frame." : `${reason}.`;
      throw new LookonceError("FORMAT", `Cannot read ${path} as a video: ${detail}`);
    }
    if (code !== 0 || reason !== "") {
      const outcome = code === 0 ? "is damaged in places" : "ended early";
      this.#settings.notify(`${path} ${outcome}${reason === "" ? "." : `: ${reason}.`}`);
    }
  }
}

/** Writes bytes to ffmpeg as fast as it reads them. It may have enough before their end. */
function feed(ffmpeg: FfmpegProcess, bytes: Opening["bytes"]): void {
  if (bytes === undefined) ffmpeg.stdin.end();
  else pipeline(bytes, ffmpeg.stdin).catch(() => {});
}

interface Decoding {
  vidStride: number;
  /** ffmpeg's major version. */
  version: number;
}

/** Every `vidStride`-th frame as PPM files one after the other; a line of the log has the time of each. */
function argumentsFor({ input }: VideoOrigin, { vidStride, version }: Decoding): string[] {
  const step = vidStride === 1 ? [] : [`select=not(mod(n\\,${vidStride}))`];
  const filters = [...step, "metadata=mode=add:key=shown:value=1", "metadata=mode=print:key=shown"];
  // As many frames as there are, not as many as an even pace needs
  const pace = version >= 6 ? "-fps_mode" : "-vsync";
  return [
    ...["-hide_banner", "-nostats", "-v", "level+info", ...input],
    ...["-map", "0:v:0", "-vf", filters.join(","), pace, "passthrough"],
    ...["-c:v", "ppm", "-pix_fmt", "rgb24", "-f", "image2pipe", "pipe:1"],
  ];
}

/**
 * Passes on the newest of what comes, leaving out what came while nobody was asking: at most one thing waits.
 *
 * @param stop called when the loop is left, before the source is closed: what it waits for may never come
 */
async function* keepNewest<T>(source: AsyncIterable<T>, stop: () => void): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  const state: { newest?: { value: T }; done: boolean; error?: unknown; wake?: () => void } = { done: false };
  const pump = async (): Promise<void> => {
    try {
      for (;;) {
        const { done, value } = await iterator.next();
        if (done || state.done) break;
        state.newest = { value };
        state.wake?.();
      }
    } catch (error) {
      state.error = error;
    }
    state.done = true;
    state.wake?.();
  };
  const pumping = pump();
  try {
    for (;;) {
      if (state.newest === undefined && !state.done) {
        await new Promise<void>((resolve) => {
          state.wake = resolve;
        });
      }
      const { newest } = state;
      if (newest !== undefined) {
        delete state.newest;
        yield newest.value;
      } else if (state.error !== undefined) throw state.error;
      else return;
    }
  } finally {
    state.done = true;
    stop();
    await iterator.return?.();
    await pumping;
  }
}

/** Longest head that ffmpeg writes before the pixels. */
const longestHead = 32;

/**
 * The next image of a stream of PPM files (netpbm's `P6`, 8 bits), each of which has its own size; `undefined` at the
 * stream's end, also where that cuts an image off.
 *
 * @throws LookonceError `FORMAT` when something else comes
 */
async function readPpm(reader: ByteReader): Promise<Image | undefined> {
  await reader.ensure(longestHead);
  const text = reader.here.toString("latin1", 0, longestHead);
  if (text.length < 8) return undefined;
  const head = /^P6\s(\d+)\s(\d+)\s255\s/.exec(text);
  if (head === null) throw new LookonceError("FORMAT", "ffmpeg wrote something else than images.");
  reader.skip(head[0].length);
  const [width, height] = [Number(head[1]), Number(head[2])];
  const data = await reader.read(width * height * 3);
  return data === undefined ? undefined : { data, width, height };
}

/** How long a line that must have been written is waited for, in milliseconds: it comes on another pipe than the frame. */
const maxLogDelayMs = 200;

/** Reads from ffmpeg's log when each frame is shown, and the frame rate. */
class FrameLog {
  /** Frames a second, once the log has had it. */
  rate: number | undefined;
  readonly #times: (number | undefined)[] = [];
  #arrived: (() => void) | undefined;
  #silent = false;

  /** A line of the log. */
  line(text: string): void {
    const time = /\bframe:\d+ +pts:\S+ +pts_time:(\S+)/.exec(text)?.[1];
    if (time !== undefined) {
      const seconds = Number(time);
      this.#times.push(Number.isFinite(seconds) ? seconds : undefined);
      this.#arrived?.();
    } else if (this.rate === undefined) {
      const rate = /Stream #.*Video:.*?([\d.]+) (?:fps|tbr)/.exec(text)?.[1];
      if (rate !== undefined && Number(rate) > 0) this.rate = Number(rate);
    }
  }

  /** Seconds at which the next frame is shown; `undefined` where the log does not have it. */
  async nextTime(): Promise<number | undefined> {
    if (this.#times.length === 0 && !this.#silent) {
      await this.#wait();
      this.#silent = this.#times.length === 0;
    }
    return this.#times.shift();
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, maxLogDelayMs);
      this.#arrived = () => {
        clearTimeout(timer);
        this.#arrived = undefined;
        resolve();
      };
    });
  }
}
