import { sentence } from "../api/call.ts";

/** Longer side of the frames that are sent, at most. */
const longestSide = 960;

/** The camera, running. @throws Error or DOMException when it cannot be used */
export async function openCamera(): Promise<HTMLVideoElement> {
  if (navigator.mediaDevices === undefined) {
    throw new Error("Browsers lend the camera to pages from https:// or localhost alone; this page is neither.");
  }
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  await video.play();
  return video;
}

/** Lets go of the camera, or of a file. */
export function closeVideo(video: HTMLVideoElement): void {
  video.pause();
  if (video.srcObject instanceof MediaStream) for (const track of video.srcObject.getTracks()) track.stop();
  if (video.src !== "") URL.revokeObjectURL(video.src);
}

/** The next new frame of a video, as large as it is sent; undefined when the video has ended. */
export async function grab(video: HTMLVideoElement): Promise<HTMLCanvasElement | undefined> {
  const waiting = new AbortController();
  const isThere = await new Promise<boolean>((resolve) => {
    video.requestVideoFrameCallback(() => resolve(true));
    video.addEventListener("ended", () => resolve(false), { signal: waiting.signal });
    if (video.ended) resolve(false);
  });
  waiting.abort();
  if (!isThere) return undefined;
  const scale = Math.min(1, longestSide / Math.max(video.videoWidth, video.videoHeight));
  const frame = document.createElement("canvas");
  frame.width = Math.round(video.videoWidth * scale);
  frame.height = Math.round(video.videoHeight * scale);
  frame.getContext("2d")?.drawImage(video, 0, 0, frame.width, frame.height);
  return frame;
}

/** A frame as it is sent. */
export async function encode(frame: HTMLCanvasElement): Promise<Blob> {
  const blob = await new Promise<Blob | null>((resolve) => frame.toBlob(resolve, "image/jpeg", 0.85));
  if (blob === null) throw new Error("This browser cannot encode frames.");
  return blob;
}

/** Shows a frame. */
export function paint(frame: HTMLCanvasElement, canvas: HTMLCanvasElement | null): void {
  if (canvas === null) return;
  if (canvas.width !== frame.width) canvas.width = frame.width;
  if (canvas.height !== frame.height) canvas.height = frame.height;
  canvas.getContext("2d")?.drawImage(frame, 0, 0);
}

/** Why the camera cannot be used, by the names of the browser's errors. */
const cameraRefusals: Readonly<Record<string, string>> = {
  NotAllowedError: "The camera was not allowed. Allow it in the browser's address bar, then try again.",
  NotFoundError: "There is no camera on this device.",
  NotReadableError: "The camera is in use by another program.",
};

/** Why a camera or a video cannot be followed, for people. */
export function refusalText(reason: unknown): string {
  return (reason instanceof DOMException ? cameraRefusals[reason.name] : undefined) ?? sentence(reason);
}

/** Counts frames: each call is one more, and returns how many a second the last ones were; 0 at first. */
export function frameRate(): () => number {
  const times: number[] = [];
  return () => {
    times.push(performance.now());
    if (times.length > 12) times.shift();
    const span = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
    return span > 0 ? (times.length - 1) / span : 0;
  };
}
