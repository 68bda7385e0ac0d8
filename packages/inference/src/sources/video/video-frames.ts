import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { LookonceError } from "@lookonce/errors";
import type { Image } from "@lookonce/image";
import { ByteReader } from "../byte-reader.ts";
import { kindOfFile } from "../file-kinds.ts";
import type { SourceItem, SourceSettings, VideoInfo, VideoOrigin } from "../source.ts";
import { type Ending, FfmpegProcess, ffmpegVersion } from "./ffmpeg-process.ts";

/**
 * The frames of a video as ffmpeg decodes them, turned upright. ffmpeg waits while nobody reads. Of a live video the newest
 * frame is returned, unless `streamBuffer` is set. When the iterator is left, ffmpeg is killed.
 */
export function videoFrames(
  origin: VideoOrigin,
  settings: SourceSettings,
): AsyncGenerator<SourceItem, void, undefined> {
  if (!origin.live || settings.streamBuffer) return decode(origin, settings);
  const left = new AbortController();
  const signal = settings.signal === undefined ? left.signal : AbortSignal.any([left.signal, settings.signal]);
  return keepNewest(decode(origin, { ...settings, signal }), () => left.abort());
}

/** Where a video has got to, over all connections to it. */
interface Progress {
  /** Frames that came. */
  count: number;
  /** Known from the first frame on. */
  video?: VideoInfo;
  /** When the last frame is shown, in seconds from the video's beginning. */
  timestamp: number;
  /** When it came, in milliseconds. */
  arrived: number;
}

/** How a connection to a video ended. */
interface ConnectionEnd extends Ending {
  /** Whether no frame came for `timeout` seconds. */
  isLate: boolean;
  /** Whether the video has a length, so that this may have been its end. */
  hasLength: boolean;
}

/** The frames of a video; a camera or broadcast that breaks off is opened again. */
async function* decode(origin: VideoOrigin, settings: SourceSettings): AsyncGenerator<SourceItem, void, undefined> {
  const { path } = origin;
  const { signal, timeout, notify, reconnectDelays } = settings;
  const silence = `sent no frame for ${timeout} s`;
  const progress: Progress = { count: 0, timestamp: 0, arrived: 0 };
  let end = yield* decodeConnection(origin, settings, progress);
  let failed: ConnectionEnd | undefined;
  let tries = 0;
  while (!signal?.aborted && progress.count > 0 && mayComeBack(origin, end)) {
    const delay = reconnectDelays[tries];
    if (delay === undefined) break;
    const problem = end.isLate ? silence : "broke off";
    const what = failed === undefined ? problem : `could not be opened: ${failed.reason || silence}`;
    notify(`${path} ${what}; it is opened again in ${delay} s`);
    await sleep(1000 * delay, undefined, signal && { signal }).catch(() => {});
    const { count } = progress;
    const next = yield* decodeConnection(origin, settings, progress);
    const isBack = progress.count > count;
    [end, failed, tries] = isBack ? [next, undefined, 0] : [end, next, tries + 1];
  }
  if (signal?.aborted) return;
  const again = failed === undefined ? "" : `, and could not be opened again: ${failed.reason || silence}`;
  if (end.isLate) throw new LookonceError("IO", `${path} ${silence}${again}: it is given up.`);
  if (progress.count === 0) {
    throw new LookonceError("FORMAT", `Cannot read ${path} as a video: ${end.reason || "it has no frame"}.`);
  }
  const problem = failed === undefined ? describeEnd(end) : "broke off";
  if (problem !== undefined) notify(`${path} ${problem}${again}.`);
}

/** Whether a video that ended may go on: one that is live and broke off. Over HTTP it may end without a fault. */
function mayComeBack({ live, path }: VideoOrigin, { isLate, hasLength, code }: ConnectionEnd): boolean {
  return live && (isLate || (!hasLength && (code !== 0 || !path.startsWith("http"))));
}

/** The frames of a video until it ends, breaks off or sends nothing; they go on where those of the last connection ended. */
async function* decodeConnection(
  origin: VideoOrigin,
  settings: SourceSettings,
  progress: Progress,
): AsyncGenerator<SourceItem, ConnectionEnd, undefined> {
  const { path, live, name, facts, bytes } = origin;
  const { vidStride, signal, timeout } = settings;
  const args = argumentsFor(origin, vidStride, await ffmpegVersion(settings.ffmpeg));
  const log = new FrameLog();
  const ffmpeg = new FfmpegProcess(settings.ffmpeg, args, { signal, onLine: (line) => log.line(line) });
  if (bytes === undefined) ffmpeg.stdin.end();
  // It may have enough before their end
  else pipeline(bytes, ffmpeg.stdin).catch(() => {});
  const reader = new ByteReader(ffmpeg.stdout);
  // A file may take long to decode; what comes from elsewhere may never come
  const mayStall = live || bytes !== undefined || path.includes("://") || kindOfFile(path) === "playlist";
  let isLate = false;
  const giveUp = (): void => {
    isLate = true;
    ffmpeg.kill();
  };
  // From the connection's times to the video's, of which the pause between two connections is a part
  let offset: number | undefined;
  try {
    for (;;) {
      const late = mayStall ? setTimeout(giveUp, timeout * 1000) : undefined;
      const image = await readPpm(reader).finally(() => clearTimeout(late));
      if (image === undefined || signal?.aborted) break;
      const { width, height } = image;
      const time = await log.nextTime();
      progress.video ??= { rate: log.rate ?? 30, ...facts, path, width, height, live, stride: vidStride };
      const { video, count } = progress;
      const frame = count * vidStride;
      const now = performance.now();
      offset ??= count === 0 ? 0 : progress.timestamp + (now - progress.arrived) / 1000 - (time ?? 0);
      progress.timestamp = time === undefined ? frame / video.rate : time + offset;
      progress.arrived = now;
      progress.count++;
      yield { path, name, content: image, frame, timestamp: progress.timestamp, video };
    }
    return { ...(await ffmpeg.ended), isLate, hasLength: log.hasLength };
  } finally {
    await ffmpeg.leave();
  }
}

/** What was wrong when ffmpeg ended, if anything was. */
function describeEnd({ code, reason }: Ending): string | undefined {
  if (code === 0 && reason === "") return undefined;
  return `${code === 0 ? "is damaged in places" : "ended early"}${reason === "" ? "" : `: ${reason}`}`;
}

/** Every `vidStride`-th frame as PPM files one after the other; a line of the log has the time of each. */
function argumentsFor({ input }: VideoOrigin, vidStride: number, version: number): string[] {
  const step = vidStride === 1 ? [] : [`select=not(mod(n\\,${vidStride}))`];
  const filters = [...step, "metadata=mode=add:key=shown:value=1", "metadata=mode=print:key=shown"];
  // As many frames as there are, not as many as an even pace needs
  const pace = version >= 6 ? "-fps_mode" : "-vsync";
  return [
    ...["-nostdin", "-hide_banner", "-nostats", "-v", "level+info", ...input],
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
  const state: { newest?: { value: T }; done: boolean; wake?: () => void } = { done: false };
  const pump = async (): Promise<void> => {
    try {
      for await (const value of source) {
        if (state.done) return;
        state.newest = { value };
        state.wake?.();
      }
    } finally {
      state.done = true;
      state.wake?.();
    }
  };
  const pumping = pump();
  pumping.catch(() => {});
  try {
    for (;;) {
      if (state.newest === undefined && !state.done) {
        await new Promise<void>((resolve) => {
          state.wake = resolve;
        });
      }
      const { newest } = state;
      if (newest === undefined) return await pumping;
      delete state.newest;
      yield newest.value;
    }
  } finally {
    state.done = true;
    stop();
    await pumping.catch(() => {});
  }
}

/** Longest head that ffmpeg writes before the pixels. */
const longestHead = 32;

/**
 * The next image of a stream of PPM files (netpbm's `P6`, 8 bits), each of which has its own size; `undefined` at the
 * stream's end, also where that cuts an image off.
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

/** Reads from ffmpeg's log when each frame is shown, the frame rate, and whether there is a length. */
class FrameLog {
  /** Frames a second, once the log has had it. */
  rate: number | undefined;
  /** Whether the video has a length, as broadcasts do not. */
  hasLength = false;
  readonly #times: (number | undefined)[] = [];
  #arrived: () => void = () => {};
  #silent = false;

  /** A line of the log. */
  line(text: string): void {
    const time = /\bframe:\d+ +pts:\S+ +pts_time:(\S+)/.exec(text)?.[1];
    if (time !== undefined) {
      const seconds = Number(time);
      this.#times.push(Number.isFinite(seconds) ? seconds : undefined);
      this.#arrived();
    } else if (/\bDuration: \d/.test(text)) {
      this.hasLength = true;
    } else if (this.rate === undefined) {
      const rate = /Stream #.*Video:.*?([\d.]+) (?:fps|tbr)/.exec(text)?.[1];
      if (rate !== undefined && Number(rate) > 0) this.rate = Number(rate);
    }
  }

  /** Seconds at which the next frame is shown; `undefined` where the log does not have it. */
  async nextTime(): Promise<number | undefined> {
    if (this.#times.length === 0 && !this.#silent) {
      const arrival = new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
      await Promise.race([arrival, sleep(maxLogDelayMs, undefined, { ref: false })]);
      this.#silent = this.#times.length === 0;
    }
    return this.#times.shift();
  }
}
