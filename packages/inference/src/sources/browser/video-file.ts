import { LookonceError } from "@lookonce/errors";
import { basename } from "@lookonce/files";
import { imageFrom } from "@lookonce/image";
import type { Input, InputVideoTrack, VideoSample } from "mediabunny";
import { fileName } from "../file-name.ts";
import type { SourceItem, VideoInfo } from "../source.ts";

/** Options of {@link videoFileFrames}. */
export interface VideoFileOptions {
  /** What results and messages call the video. Default: the file's name, or `video`. */
  name?: string;
  /** Every `vidStride`-th frame is read. Default 1. */
  vidStride?: number;
  /** Called where the file is damaged behind frames that could be read. */
  notify?: (line: string) => void;
  signal?: AbortSignal;
}

/** Packets whose times say how many frames a second there are. */
const packetsForRate = 64;

/** The longest side of frames in pixels: canvases of some browsers end there. */
const maxSide = 16_384;

/**
 * The frames of a video file, decoded by the browser (WebCodecs), upright and in order, a few ahead of the one that is asked for.
 * Nothing of it stays open when the loop ends or is left. Needs the package `mediabunny`, which reads containers.
 *
 * @throws LookonceError `UNSUPPORTED` without WebCodecs, mediabunny, or a decoder of the video's codec; `FORMAT` when the file is no
 *   video or none of it can be decoded
 */
export async function* videoFileFrames(
  file: Blob,
  { name, vidStride = 1, notify, signal }: VideoFileOptions = {},
): AsyncGenerator<SourceItem, void, undefined> {
  const path = name ?? ("name" in file ? String(file.name) : "video");
  const { ALL_FORMATS, BlobSource, Input, VideoSampleSink } = await loadMediabunny(path);
  const input = new Input({ source: new BlobSource(file), formats: ALL_FORMATS });
  let count = 0;
  try {
    const track = await openTrack(input, path);
    const video = await describeVideo(track, { path, stride: vidStride });
    const read = frameReader();
    for await (const sample of new VideoSampleSink(track).samples()) {
      try {
        if (signal?.aborted) return;
        const frame = count++;
        if (frame % vidStride !== 0) continue;
        const content = read(sample);
        yield { path, name: fileName(basename(path)), content, frame, timestamp: sample.timestamp, video };
      } finally {
        sample.close();
      }
    }
  } catch (cause) {
    if (cause instanceof LookonceError) throw cause;
    const { message } = cause as Error;
    if (count === 0) throw new LookonceError("FORMAT", `Cannot read ${path} as a video: ${message}`, { cause });
    notify?.(`${path} ended early: ${message}`);
  } finally {
    input.dispose();
  }
  if (count === 0) throw new LookonceError("FORMAT", `Cannot read ${path} as a video: it has no frame.`);
}

async function loadMediabunny(path: string): Promise<typeof import("mediabunny")> {
  if (typeof VideoDecoder === "undefined") {
    const where =
      "browsers have WebCodecs on https pages and localhost, from Chrome 94, Safari 16.4 and Firefox 130 on.";
    throw new LookonceError("UNSUPPORTED", `Cannot decode ${path} here: ${where}`);
  }
  return import("mediabunny").catch((cause) => {
    const message = `Cannot read ${path} without the package mediabunny: add it to the page (npm install mediabunny).`;
    throw new LookonceError("UNSUPPORTED", message, { cause });
  });
}

async function openTrack(input: Input, path: string): Promise<InputVideoTrack> {
  if (!(await input.canRead())) {
    const known = "MP4, MOV, WebM, Matroska or MPEG transport stream";
    throw new LookonceError("FORMAT", `${path} is no video that browsers can open (${known}).`);
  }
  const track = await input.getPrimaryVideoTrack();
  if (track === null) throw new LookonceError("FORMAT", `Cannot read ${path} as a video: there is no video in it.`);
  if (Math.max(track.displayWidth, track.displayHeight) > maxSide) {
    throw new LookonceError("FORMAT", `${path} has frames of ${track.displayWidth} × ${track.displayHeight} pixels.`);
  }
  if (await track.canDecode()) return track;
  const codec = (await track.getCodecParameterString()) ?? track.codec ?? "an unknown codec";
  throw new LookonceError(
    "UNSUPPORTED",
    `This browser does not decode ${codec}, which ${path} is in: convert it, as with ffmpeg -i in.mp4 -c:v libvpx-vp9 out.webm.`,
  );
}

async function describeVideo(
  track: InputVideoTrack,
  { path, stride }: Pick<VideoInfo, "path" | "stride">,
): Promise<VideoInfo> {
  const { averagePacketRate } = await track.computePacketStats(packetsForRate);
  const rate = averagePacketRate > 0 ? Math.round(averagePacketRate * 1000) / 1000 : 30;
  const duration = (await track.getDurationFromMetadata()) ?? 0;
  return {
    path,
    width: track.displayWidth,
    height: track.displayHeight,
    rate,
    ...(duration > 0 ? { frames: Math.round(duration * rate) } : {}),
    live: false,
    stride,
  };
}

/** Reads frames upright through one canvas, which grows and shrinks with them. */
function frameReader(): (sample: VideoSample) => SourceItem["content"] {
  let context: OffscreenCanvasRenderingContext2D | null = null;
  return (sample) => {
    const { displayWidth: width, displayHeight: height } = sample;
    if (context?.canvas.width !== width || context.canvas.height !== height) {
      context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    }
    if (context === null) throw new Error(`this browser has no canvas of ${width} × ${height} pixels`);
    sample.draw(context, 0, 0);
    return imageFrom(context.getImageData(0, 0, width, height));
  };
}
