import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { type Ask, ask, type Found } from "./ask.ts";
import { closeVideo, encode, frameRate, grab, openCamera, paint, refusalText } from "./frames.ts";

export interface Camera {
  on: boolean;
  found: Found | undefined;
  error: string | undefined;
  /** Frames a second, over the last ones. */
  rate: number;
  start: () => void;
  stop: () => void;
}

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
      setError(refusalText(reason));
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
  const video = await openCamera();
  try {
    const rate = frameRate();
    while (!signal.aborted) {
      const frame = await grab(video);
      if (frame === undefined) return;
      const found = await ask(await encode(frame), { ...question.current, name: "camera.jpg", signal });
      if (signal.aborted) return;
      paint(frame, canvas.current);
      onFrame(found, rate());
    }
  } finally {
    closeVideo(video);
  }
}
