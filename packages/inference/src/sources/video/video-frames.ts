import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { LookonceError } from "@lookonce/errors";
import type { Image } from "@lookonce/image";
import { ByteReader } from "../byte-reader.ts";
import type { VideoOrigin } from "../origin.ts";
import type { SourceItem, SourceSettings, VideoInfo } from "../source.ts";
import { FfmpegProcess } from "./ffmpeg-process.ts";
import { ffmpegVersion } from "./ffmpeg-version.ts";
import { FrameLog } from "./frame-log.ts";
import { keepNewest } from "./keep-newest.ts";
import type { VideoFacts } from "./probe-video.ts";
import { readPpm } from "./read-ppm.ts";

/** What is known of a video beforehand, or where its bytes come from. */
export interface Opening {
  facts?: VideoFacts;
  /** Its bytes, where ffmpeg does not open it itself. */
  bytes?: Readable | AsyncIterable<Uint8Array>;
}

/**
 * The frames of a video as ffmpeg decodes them, turned upright. ffmpeg waits while nobody reads: a pipe's few kilobytes are
 * all that lies between. Of a live video the newest frame is given, unless `streamBuffer` is set. When the iterator is left,
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
      throw new LookonceError("IO", `${path} gave no frame for ${this.#settings.timeout} s: it is given up.`);
    }
    if (!came) {
      const detail = reason === "" ? "it holds no frame." : `${reason}.`;
      throw new LookonceError("FORMAT", `Cannot read ${path} as a video: ${detail}`);
    }
    if (code !== 0 || reason !== "") {
      const outcome = code === 0 ? "is damaged in places" : "ended early";
      this.#settings.notify(`${path} ${outcome}${reason === "" ? "." : `: ${reason}.`}`);
    }
  }
}

/** Hands bytes to ffmpeg as fast as it takes them. It may have enough before their end. */
function feed(ffmpeg: FfmpegProcess, bytes: Opening["bytes"]): void {
  if (bytes === undefined) ffmpeg.stdin.end();
  else pipeline(bytes, ffmpeg.stdin).catch(() => {});
}

interface Decoding {
  vidStride: number;
  /** ffmpeg's major version. */
  version: number;
}

/** Every so many frames as PPM files one after the other; a line of the log tells when each is shown. */
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
