import type { Image } from "@lookonce/image";
import { type LiveFrame, liveFrames } from "./live-frames.ts";
import { liveItems } from "./live-items.ts";
import { videoFileFrames } from "./video-file.ts";

/** What of an item is compared: where and when it is, its size, its mean level and those of its corners. */
export interface SeenFrame {
  frame: number | undefined;
  timestamp: number | undefined;
  size: readonly [width: number, height: number];
  mean: number;
  corners: number[];
  video: unknown;
}

/** The levels of red of an image's corner pixels, row by row. */
export function cornersOf({ data, width, height }: Image): number[] {
  const last = (height - 1) * width;
  return [0, width - 1, last, last + width - 1].map((pixel) => data[3 * pixel] as number);
}

/** A frame's numbers. */
function seen({
  frame,
  timestamp,
  content,
  video,
}: Awaited<ReturnType<ReturnType<typeof liveItems>["next"]>>["value"] & object): SeenFrame {
  const { data, width, height } = content as Image;
  const mean = data.reduce((sum, level) => sum + level, 0) / data.length;
  return { frame, timestamp, size: [width, height], mean, corners: cornersOf(content as Image), video };
}

function fileOf(base64: string): Blob {
  return new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))]);
}

/** The frames of a video file, its bytes in base64, up to `most`; what is thrown becomes its code and message. */
export async function fileFrames(
  file: string,
  { most = Number.POSITIVE_INFINITY, vidStride = 1 }: { most?: number; vidStride?: number } = {},
): Promise<SeenFrame[] | string> {
  const frames: SeenFrame[] = [];
  try {
    for await (const item of videoFileFrames(fileOf(file), { name: "/videos/a.webm", vidStride })) {
      frames.push(seen(item));
      if (frames.length >= most) break;
    }
    return frames;
  } catch (error) {
    return `${(error as { code?: string }).code}: ${(error as Error).message}`;
  }
}

/** {@link fileFrames} where the browser has no decoder. */
export async function withoutWebCodecs(file: string): Promise<SeenFrame[] | string> {
  const { VideoDecoder: decoder } = globalThis;
  Object.assign(globalThis, { VideoDecoder: undefined });
  return fileFrames(file).finally(() => Object.assign(globalThis, { VideoDecoder: decoder }));
}

/** Frames of the camera, so many milliseconds after each other, and whether the camera was left on. */
export async function cameraFrames(most: number, delayMs: number): Promise<{ frames: SeenFrame[]; isOn: boolean }> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240 } });
  const frames: SeenFrame[] = [];
  for await (const item of liveItems(liveFrames(stream), { name: "front camera" })) {
    frames.push(seen(item));
    if (frames.length >= most) break;
    await new Promise((resolve) => setTimeout(resolve, delayMs));
  }
  const isOn = stream.getTracks().every(({ readyState }) => readyState === "live");
  for (const track of stream.getTracks()) track.stop();
  return { frames, isOn };
}

/** Frames of a video element that plays a file to its end. */
export async function elementFrames(file: string): Promise<SeenFrame[]> {
  const video = document.createElement("video");
  video.muted = true;
  video.src = URL.createObjectURL(fileOf(file));
  const playing = video.play();
  const frames: SeenFrame[] = [];
  for await (const item of liveItems(liveFrames(video))) frames.push(seen(item));
  await playing;
  return frames;
}

/** How frames that nobody shows end: by a signal, and by leaving while the next one is waited for. */
export async function endings(): Promise<string[]> {
  const paused = document.createElement("video");
  const aborting = new AbortController();
  const aborted = liveFrames(paused, { signal: aborting.signal }).next();
  const left = liveFrames(paused);
  const next = left.next();
  setTimeout(() => aborting.abort(), 20);
  const results: IteratorResult<LiveFrame, void>[] = [await aborted];
  await Promise.all([left.return(), next]).then((all) => results.push(...all));
  return results.map(({ done }) => (done ? "ended" : "went on"));
}
