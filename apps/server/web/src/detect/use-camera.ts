import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { sentence } from "../api/call.ts";
import { type Ask, ask, type Found } from "./ask.ts";

export interface Camera {
  on: boolean;
  found: Found | undefined;
  error: string | undefined;
  /** Frames a second, over the last ones. */
  rate: number;
  start: () => void;
  stop: () => void;
}

/** Longer side of the frames that are sent, at most. */
const longestSide = 960;

/**
 * The camera: a frame is sent, its answer awaited, both shown together, then the next one is taken. So the boxes fit what
 * is shown, and a slow service sees fewer frames instead of old ones.
 */
export function useCamera(canvas: RefObject<HTMLCanvasElement | null>, question: Ask): Camera {
  const [on, setOn] = useState(false);
  const [found, setFound] = useState<Found>();
  const [error, setError] = useState<string>();
  const [rate, setRate] = useState(0);
  const latest = useRef(question);
  latest.current = question;

  useEffect(() => {
    if (!on) return;
    const abort = new AbortController();
    watch(canvas, latest, {
      signal: abort.signal,
      onFrame: (answer, perSecond) => {
        setFound(answer);
        setRate(perSecond);
        setError(undefined);
      },
    }).catch((reason) => {
      if (abort.signal.aborted) return;
      setError((reason instanceof DOMException ? refusals[reason.name] : undefined) ?? sentence(reason));
      setOn(false);
    });
    return () => abort.abort();
  }, [on, canvas]);

  const start = useCallback(() => {
    setError(undefined);
    setFound(undefined);
    setRate(0);
    setOn(true);
  }, []);
  return { on, found, error, rate, start, stop: useCallback(() => setOn(false), []) };
}

/** Sends frames until the signal aborts; each answer comes with the frames a second. */
async function watch(
  canvas: RefObject<HTMLCanvasElement | null>,
  question: RefObject<Ask>,
  { signal, onFrame }: { signal: AbortSignal; onFrame: (found: Found, perSecond: number) => void },
): Promise<void> {
  if (navigator.mediaDevices === undefined) {
    throw new Error("Browsers lend the camera to pages from https:// or localhost alone; this page is neither.");
  }
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  try {
    const video = document.createElement("video");
    video.muted = true;
    video.playsInline = true;
    video.srcObject = stream;
    await video.play();
    const times: number[] = [];
    while (!signal.aborted) {
      const frame = await grab(video);
      const blob = await new Promise<Blob | null>((resolve) => frame.toBlob(resolve, "image/jpeg", 0.85));
      if (blob === null) throw new Error("This browser cannot encode the camera's frames.");
      const found = await ask(blob, { ...question.current, name: "camera.jpg", signal });
      if (signal.aborted) return;
      show(frame, canvas.current);
      times.push(performance.now());
      if (times.length > 12) times.shift();
      const span = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
      onFrame(found, span > 0 ? (times.length - 1) / span : 0);
    }
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}

/** The next new frame of the video, as large as it is sent. */
async function grab(video: HTMLVideoElement): Promise<HTMLCanvasElement> {
  await new Promise<void>((resolve) => video.requestVideoFrameCallback(() => resolve()));
  const scale = Math.min(1, longestSide / Math.max(video.videoWidth, video.videoHeight));
  const frame = document.createElement("canvas");
  frame.width = Math.round(video.videoWidth * scale);
  frame.height = Math.round(video.videoHeight * scale);
  frame.getContext("2d")?.drawImage(video, 0, 0, frame.width, frame.height);
  return frame;
}

function show(frame: HTMLCanvasElement, canvas: HTMLCanvasElement | null): void {
  if (canvas === null) return;
  if (canvas.width !== frame.width) canvas.width = frame.width;
  if (canvas.height !== frame.height) canvas.height = frame.height;
  canvas.getContext("2d")?.drawImage(frame, 0, 0);
}

const refusals: Readonly<Record<string, string>> = {
  NotAllowedError: "The camera was not allowed. Allow it in the browser's address bar, then try again.",
  NotFoundError: "There is no camera on this device.",
  NotReadableError: "The camera is in use by another program.",
};
