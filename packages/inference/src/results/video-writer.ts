import { once } from "node:events";
import { LookonceError } from "@lookonce/errors";
import { besideOf, dirname, mkdir, renameIntoPlace, rm } from "@lookonce/files";
import { type Image, resizeBilinear, type Size } from "@lookonce/image";
import { FfmpegProcess, oncePerProgram, textOf } from "../sources/video/ffmpeg-process.ts";

/** Options of {@link VideoWriter.create}. */
export interface VideoWriterOptions extends Size {
  /** Frames a second. */
  rate: number;
  /** The ffmpeg program. Default `ffmpeg`. */
  ffmpeg?: string | undefined;
}

/** H.264 by whichever encoder this ffmpeg has; MPEG-4 part 2 is in every one. */
const encoders = ["libx264", "libopenh264", "h264_videotoolbox", "h264_mf", "mpeg4"];

/** Writes frames into an MP4 file by the program ffmpeg. The file appears under its name when it is whole. */
export class VideoWriter {
  readonly path: string;
  readonly #partial: string;
  readonly #ffmpeg: FfmpegProcess;
  readonly #size: Size;

  private constructor(path: string, options: VideoWriterOptions, encoder: string) {
    const { width, height, ffmpeg = "ffmpeg" } = options;
    this.path = path;
    this.#partial = besideOf(path);
    this.#size = { width, height };
    this.#ffmpeg = new FfmpegProcess(ffmpeg, argumentsFor(this.#partial, options, encoder));
    this.#ffmpeg.stdout.resume();
  }

  /** Begins a video; missing folders are made. @throws LookonceError `NOT_FOUND` without ffmpeg, `IO` without a folder */
  static async create(path: string, options: VideoWriterOptions): Promise<VideoWriter> {
    const encoder = await encoderOf(options.ffmpeg ?? "ffmpeg");
    await mkdir(dirname(path), { recursive: true }).catch((cause: Error) => {
      throw new LookonceError("IO", `Cannot write the video ${path}: ${cause.message}`, { cause });
    });
    return new VideoWriter(path, options, encoder);
  }

  /** Appends a frame, scaled where its size has changed, once ffmpeg has room for it. @throws LookonceError `IO` */
  async write(frame: Image): Promise<void> {
    const { width, height } = this.#size;
    const fits = frame.width === width && frame.height === height;
    const { data } = fits ? frame : resizeBilinear(frame, this.#size);
    const { stdin, ended } = this.#ffmpeg;
    if (!stdin.destroyed && stdin.write(data)) return;
    const outcome = stdin.destroyed ? await ended : await Promise.race([once(stdin, "drain"), ended]);
    if (!Array.isArray(outcome)) throw await this.#failure(outcome.reason);
  }

  /** Ends the video and moves the file to its path. @throws LookonceError `IO` */
  async close(): Promise<void> {
    this.#ffmpeg.stdin.end();
    const { code, reason } = await this.#ffmpeg.ended;
    if (code !== 0) throw await this.#failure(reason);
    await renameIntoPlace(this.#partial, this.path);
  }

  async #failure(reason: string): Promise<LookonceError> {
    await rm(this.#partial, { force: true });
    return new LookonceError("IO", `Cannot write the video ${this.path}: ${reason || "ffmpeg ended early"}.`);
  }
}

function argumentsFor(file: string, { width, height, rate }: VideoWriterOptions, encoder: string): string[] {
  // H.264 with colors at half the resolution, which every player supports, needs even sides
  const even = "pad=ceil(iw/2)*2:ceil(ih/2)*2";
  // Without a quality MPEG-4 part 2 is made for the bandwidths of its time
  const quality = encoder === "mpeg4" ? ["-q:v", "3"] : [];
  return [
    ...["-nostdin", "-hide_banner", "-nostats", "-v", "level+error", "-f", "rawvideo", "-pix_fmt", "rgb24"],
    ...["-video_size", `${width}x${height}`, "-framerate", rate.toFixed(6), "-i", "pipe:0"],
    ...["-vf", even, "-c:v", encoder, ...quality, "-pix_fmt", "yuv420p", "-movflags", "+faststart"],
    ...["-f", "mp4", "-y", `file:${file}`],
  ];
}

const encoderOf = oncePerProgram(async (ffmpeg) => {
  const { written } = await textOf(ffmpeg, ["-hide_banner", "-v", "level+error", "-encoders"]);
  const known = new Set(written.split("\n").map((line) => line.trim().split(/\s+/)[1]));
  return encoders.find((name) => known.has(name)) ?? "mpeg4";
});
