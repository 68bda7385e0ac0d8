import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { call, post, send } from "../api/call.ts";
import type { FramesAnswer, Session, TrackedImage } from "../api/types.ts";
import { closeVideo, encode, frameRate, grab, openCamera, paint, refusalText } from "../detect/frames.ts";

/** What is tracked: the camera, or a video file. */
export type Source = "camera" | File;

/** What a session is opened with. */
export interface SessionRequest {
  model: string | undefined;
  conf: number;
  tracker: "bytetrack" | "botsort";
  zones: object | undefined;
}

export interface Tracking {
  source: Source | undefined;
  tracks: TrackedImage | undefined;
  error: string | undefined;
  /** Whether the video has come to its end. */
  ended: boolean;
  /** Frames a second, over the last ones. */
  rate: number;
  start: (source: Source) => void;
  stop: () => void;
}

/** Frames for which the way of an object is drawn. */
const trails = 40;

/**
 * Tracks the frames of the camera or a video in a session of the service: a frame is sent, its answer awaited, both are shown
 * together, then the next one comes. A video waits meanwhile, so that each of its frames is tracked. With another request, such
 * as for other lines, another session begins.
 */
export function useTracking(canvas: RefObject<HTMLCanvasElement | null>, request: SessionRequest): Tracking {
  const [source, setSource] = useState<Source>();
  const [tracks, setTracks] = useState<TrackedImage>();
  const [error, setError] = useState<string>();
  const [ended, setEnded] = useState(false);
  const [rate, setRate] = useState(0);
  const latest = useRef(request);
  latest.current = request;

  useEffect(() => {
    if (source === undefined) return;
    const abort = new AbortController();
    const onFrame = (found: TrackedImage, perSecond: number) => {
      setTracks(found);
      setRate(perSecond);
    };
    follow(source, { canvas, request: latest, signal: abort.signal, onFrame }).then(
      () => setEnded(!abort.signal.aborted),
      (reason) => {
        if (abort.signal.aborted) return;
        setError(refusalText(reason));
        setSource(undefined);
      },
    );
    return () => abort.abort();
  }, [source, canvas]);

  const start = useCallback((next: Source) => {
    setError(undefined);
    setTracks(undefined);
    setEnded(false);
    setRate(0);
    setSource(next);
  }, []);
  return { source, tracks, error, ended, rate, start, stop: useCallback(() => setSource(undefined), []) };
}

interface FollowOptions {
  canvas: RefObject<HTMLCanvasElement | null>;
  request: RefObject<SessionRequest>;
  signal: AbortSignal;
  onFrame: (found: TrackedImage, perSecond: number) => void;
}

async function follow(source: Source, { canvas, request, signal, onFrame }: FollowOptions): Promise<void> {
  const video = source === "camera" ? await openCamera() : await openFile(source);
  let session: { id: string; key: string } | undefined;
  try {
    const rate = frameRate();
    while (!signal.aborted) {
      if (source !== "camera") await video.play();
      const frame = await grab(video);
      if (frame === undefined) return;
      if (source !== "camera") video.pause();
      const key = JSON.stringify(request.current);
      if (session?.key !== key) {
        if (session !== undefined) endSession(session.id);
        const { id } = await post<Session>("/v1/track/sessions", { ...request.current, trails });
        session = { id, key };
      }
      const found = await sendFrame(session.id, await encode(frame), signal);
      if (signal.aborted) return;
      paint(frame, canvas.current);
      onFrame(found, rate());
    }
  } finally {
    closeVideo(video);
    if (session !== undefined) endSession(session.id);
  }
}

async function sendFrame(id: string, image: Blob, signal: AbortSignal): Promise<TrackedImage> {
  const path = `/v1/track/sessions/${encodeURIComponent(id)}/frames`;
  const headers = { "content-type": "image/jpeg" };
  const { frames } = await call<FramesAnswer>(path, { method: "POST", body: image, headers, signal });
  const [found] = frames;
  if (found === undefined) throw new Error("The service answered without a frame.");
  return found;
}

/** It would end by itself, too. */
function endSession(id: string): void {
  send(`/v1/track/sessions/${encodeURIComponent(id)}`, { method: "DELETE" }).catch(() => {});
}

async function openFile(file: File): Promise<HTMLVideoElement> {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.src = URL.createObjectURL(file);
  await new Promise<void>((resolve, reject) => {
    video.onloadeddata = () => resolve();
    video.onerror = () => reject(new Error(`This browser cannot play ${file.name}.`));
  });
  return video;
}
