import type { PlainResults } from "@lookonce/yolo/browser";
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import {
  closeVideo,
  frameRate,
  grab,
  openCamera,
  paint,
  refusalText,
} from "../../../../server/web/src/detect/frames.ts";
import type { StoredModel } from "../engine/models.ts";
import { useEngine } from "../engine/use-engine.ts";

/** Boxes below are not asked for; the slider starts here. A model that has learned for a minute is sure of little. */
export const lowestConfidence = 0.01;

/** What is detected in, and what was found. */
export interface Footage {
  /** Name of the image or video. */
  name: string | undefined;
  /** Pixels of what is shown. */
  size: { width: number; height: number } | undefined;
  found: PlainResults | undefined;
  error: string | undefined;
  isBusy: boolean;
  /** Whether a camera or a video runs. */
  isLive: boolean;
  /** Frames a second of those. */
  rate: number;
  open: (file: File) => void;
  openCamera: () => void;
  stop: () => void;
}

type Source = { kind: "file"; file: File } | { kind: "camera" };

type Shown = Pick<Footage, "size" | "found" | "error" | "isBusy" | "isLive" | "rate">;

const nothing: Shown = {
  ...{ size: undefined, found: undefined, error: undefined },
  ...{ isBusy: false, isLive: false, rate: 0 },
};

/** Detects in an image, in the frames of a video, or in the newest one of a camera; boxes fit the frame that is shown. */
export function useFootage(canvas: RefObject<HTMLCanvasElement | null>, model: StoredModel | undefined): Footage {
  const { engine } = useEngine();
  const [source, setSource] = useState<Source>();
  const [shown, setShown] = useState<Shown>(nothing);
  const detect = useRef<(frame: HTMLCanvasElement) => Promise<PlainResults>>(undefined);
  // A camera stays on when the model changes
  detect.current = async (frame) => {
    if (model === undefined) throw new Error("There is no model yet: train one, or choose a weights file.");
    return engine.detect(model, frame, { conf: lowestConfidence });
  };
  const key = `${model?.path} ${model?.changed}`;
  const restart = source?.kind === "camera" ? "" : key;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another model detects in the same image anew
  useEffect(() => {
    if (source === undefined) return;
    const abort = new AbortController();
    const { signal } = abort;
    const show = (change: Partial<Shown>): void => {
      if (!signal.aborted) setShown((before) => ({ ...before, ...change }));
    };
    const run = async (frame: HTMLCanvasElement): Promise<void> => {
      const found = await detect.current?.(frame);
      if (signal.aborted) return;
      paint(frame, canvas.current);
      show({ size: { width: frame.width, height: frame.height }, found, error: undefined });
    };
    show({ ...nothing, isBusy: true });
    follow(source, { signal, run, show })
      .catch((error) => show({ error: refusalText(error) }))
      .finally(() => show({ isBusy: false, isLive: false, rate: 0 }));
    return () => abort.abort();
  }, [source, restart, canvas]);
  return {
    ...shown,
    name: source?.kind === "file" ? source.file.name : undefined,
    open: useCallback((file: File) => setSource({ kind: "file", file }), []),
    openCamera: useCallback(() => setSource({ kind: "camera" }), []),
    stop: useCallback(() => {
      setSource(undefined);
      setShown((before) => ({ ...before, isBusy: false, isLive: false, rate: 0 }));
    }, []),
  };
}

interface FollowOptions {
  signal: AbortSignal;
  run: (frame: HTMLCanvasElement) => Promise<void>;
  show: (change: Partial<Shown>) => void;
}

async function follow(source: Source, { signal, run, show }: FollowOptions): Promise<void> {
  if (source.kind === "file" && !source.file.type.startsWith("video/")) {
    const frame = await imageFrame(source.file);
    show({ size: { width: frame.width, height: frame.height } });
    await run(frame);
    return;
  }
  const isFile = source.kind === "file";
  const video = await (isFile ? openVideo(source.file) : openCamera());
  try {
    const rate = frameRate();
    show({ isBusy: false, isLive: true });
    while (!signal.aborted && !video.ended) {
      // A video waits for its boxes
      if (isFile) await video.play();
      const frame = await grab(video);
      if (frame === undefined) return;
      if (isFile) video.pause();
      await run(frame);
      show({ rate: rate() });
    }
  } finally {
    closeVideo(video);
  }
}

/** An image in its own size. @throws Error when the browser cannot read it */
async function imageFrame(file: File): Promise<HTMLCanvasElement> {
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error(`${file.name} is no image that this browser can read.`);
  });
  const frame = document.createElement("canvas");
  frame.width = bitmap.width;
  frame.height = bitmap.height;
  frame.getContext("2d")?.drawImage(bitmap, 0, 0);
  bitmap.close();
  return frame;
}

async function openVideo(file: File): Promise<HTMLVideoElement> {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.src = URL.createObjectURL(file);
  await new Promise<void>((resolve, reject) => {
    video.onloadeddata = () => resolve();
    video.onerror = () => {
      closeVideo(video);
      reject(new Error(`${file.name} is no video that this browser can play.`));
    };
  });
  return video;
}
