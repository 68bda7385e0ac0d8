import { parseJson } from "@lookonce/documents";
import { LookonceError } from "@lookonce/errors";
import { basename, dirname, join } from "@lookonce/files";
import type { SourceSettings, VideoOrigin } from "../source.ts";
import { textOf } from "./ffmpeg-process.ts";
import { checkVideoFile } from "./video-input.ts";

/** What a file says of its first video stream; its number of frames is an estimate from the duration where it has none. */
type VideoFacts = NonNullable<VideoOrigin["facts"]>;

/**
 * Asks ffprobe what a video is.
 *
 * @throws LookonceError `NOT_FOUND` without ffprobe, `FORMAT` when it finds no video, `IO` when it finds out nothing in time
 */
export async function probeVideo({ path, input, file }: VideoOrigin, settings: SourceSettings): Promise<VideoFacts> {
  if (file !== undefined) await checkVideoFile(file);
  const entries = "stream=width,height,avg_frame_rate,r_frame_rate,nb_frames,duration:stream_tags=rotate";
  const wanted = `${entries}:stream_side_data=rotation:format=duration`;
  const args = ["-v", "level+error", "-select_streams", "v:0", "-show_entries", wanted, "-of", "json", ...input];
  const late = AbortSignal.timeout(Math.min(settings.timeout * 1000, 2 ** 31 - 1));
  const signal = settings.signal === undefined ? late : AbortSignal.any([late, settings.signal]);
  const { written, reason } = await textOf(probeBeside(settings.ffmpeg), args, { signal });
  if (late.aborted) throw new LookonceError("IO", `${path} sent no video for ${settings.timeout} s: it is given up.`);
  const facts = readFacts(written);
  if (facts !== undefined) return facts;
  const detail = reason === "" ? "there is no video in it." : `${reason}.`;
  throw new LookonceError("FORMAT", `Cannot read ${path} as a video: ${detail}`);
}

/** The ffprobe that came with an ffmpeg. */
export function probeBeside(ffmpeg: string): string {
  const name = basename(ffmpeg).replace(/ffmpeg/i, "ffprobe");
  return ffmpeg === basename(ffmpeg) ? name : join(dirname(ffmpeg), name);
}

interface ProbeJson {
  streams?: {
    width?: number;
    height?: number;
    avg_frame_rate?: string;
    r_frame_rate?: string;
    nb_frames?: string;
    duration?: string;
    tags?: { rotate?: string };
    side_data_list?: { rotation?: number }[];
  }[];
  format?: { duration?: string };
}

/** What ffprobe's answer says; `undefined` when it found no video. */
export function readFacts(json: string): VideoFacts | undefined {
  const document = parseJson(json || "{}", { name: "ffprobe's answer", expected: "streams and format" });
  const { streams = [], format } = document as ProbeJson;
  const [stream] = streams;
  if (!stream?.width || !stream.height) return undefined;
  const turn = stream.side_data_list?.find(({ rotation }) => rotation !== undefined)?.rotation ?? stream.tags?.rotate;
  const isTurned = Math.abs(Number(turn ?? 0)) % 180 === 90;
  const rate = readRate(stream.avg_frame_rate) ?? readRate(stream.r_frame_rate) ?? 30;
  const counted = Number(stream.nb_frames ?? Number.NaN);
  const duration = Number(stream.duration ?? format?.duration ?? Number.NaN);
  const frames = Number.isFinite(counted) && counted > 0 ? counted : Math.round(duration * rate);
  return {
    width: isTurned ? stream.height : stream.width,
    height: isTurned ? stream.width : stream.height,
    rate,
    ...(Number.isFinite(frames) && frames > 0 ? { frames } : {}),
  };
}

/** `30000/1001` as a number. */
function readRate(text: string | undefined): number | undefined {
  const [numerator, denominator = 1] = (text ?? "").split("/").map(Number);
  const rate = (numerator ?? 0) / denominator;
  return Number.isFinite(rate) && rate > 0 ? rate : undefined;
}
