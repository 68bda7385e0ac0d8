import { LookonceError } from "@lookonce/errors";

/** A frame of something that goes on by itself. */
export interface LiveFrame {
  /** Whoever got it closes it; it can be transferred to a worker. */
  frame: ImageBitmap;
  /** When it is shown, in seconds of the video's own time. */
  timestamp: number;
}

/**
 * The frames of a camera or another stream, or of a video element that plays, in a page. The newest is captured when the next one is asked
 * for, once it is another than the last: whoever takes long misses frames and never sees old ones. A stream's tracks are the caller's to
 * stop. In a hidden tab there are no frames.
 *
 * @throws LookonceError `UNSUPPORTED` in a worker or an old browser, `IO` when the browser does not play the video
 */
export function liveFrames(
  source: MediaStream | HTMLVideoElement,
  { signal }: { signal?: AbortSignal } = {},
): AsyncGenerator<LiveFrame, void, undefined> {
  const left = new AbortController();
  const ending = signal === undefined ? left.signal : AbortSignal.any([left.signal, signal]);
  const frames = captured(source, ending);
  // A generator that waits for a frame would not return before one comes
  const leave = frames.return.bind(frames);
  frames.return = (value) => {
    left.abort();
    return leave(value);
  };
  return frames;
}

async function* captured(
  source: MediaStream | HTMLVideoElement,
  signal: AbortSignal,
): AsyncGenerator<LiveFrame, void, undefined> {
  if (typeof HTMLVideoElement === "undefined" || !("requestVideoFrameCallback" in HTMLVideoElement.prototype)) {
    const remedy =
      "in a page of a browser from Chrome 83, Safari 15.4 or Firefox 132 on; transfer its frames to a worker.";
    throw new LookonceError("UNSUPPORTED", `Frames of a camera or a playing video are captured ${remedy}`);
  }
  const isElement = source instanceof HTMLVideoElement;
  const video = isElement ? source : await play(source);
  const shown = new ShownFrames(video, isElement ? [] : source.getTracks(), signal);
  try {
    for (;;) {
      const timestamp = await shown.next();
      if (timestamp === undefined) break;
      // A video that was closed meanwhile has none
      const frame = await createImageBitmap(video).catch(() => undefined);
      if (frame !== undefined) yield { frame, timestamp };
    }
    if (video.error !== null && !signal.aborted) {
      throw new LookonceError("IO", `The browser cannot play the video: ${video.error.message || "it is damaged"}.`);
    }
  } finally {
    shown.close();
    if (!isElement) {
      video.pause();
      video.srcObject = null;
    }
  }
}

/** Plays a stream where nobody sees it. */
async function play(stream: MediaStream): Promise<HTMLVideoElement> {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  try {
    await video.play();
    return video;
  } catch (cause) {
    video.srcObject = null;
    throw new LookonceError("IO", `The browser does not play the stream: ${(cause as Error).message}`, { cause });
  }
}

/** When frames of a video are shown, of which only the newest is remembered. */
class ShownFrames {
  readonly #video: HTMLVideoElement;
  readonly #listening = new AbortController();
  #callback = 0;
  #newest: number | undefined;
  #isOver = false;
  #wake: () => void = () => {};

  constructor(video: HTMLVideoElement, tracks: readonly MediaStreamTrack[], signal: AbortSignal) {
    this.#video = video;
    const once = { signal: this.#listening.signal };
    const end = (): void => {
      this.#isOver = true;
      this.#wake();
    };
    for (const event of ["ended", "error", "emptied"]) video.addEventListener(event, end, once);
    for (const track of tracks) {
      const endWithLast = (): void => {
        if (tracks.every(({ kind, readyState }) => kind !== "video" || readyState === "ended")) end();
      };
      track.addEventListener("ended", endWithLast, once);
    }
    signal.addEventListener("abort", end, once);
    if (signal.aborted || video.ended || video.error !== null) end();
    this.#listen();
  }

  #listen(): void {
    this.#callback = this.#video.requestVideoFrameCallback((_now, { mediaTime }) => {
      this.#newest = mediaTime;
      this.#wake();
      this.#listen();
    });
  }

  /** The time of the newest frame once there is one that was not returned; `undefined` when there will be none. */
  async next(): Promise<number | undefined> {
    while (this.#newest === undefined && !this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const newest = this.#newest;
    this.#newest = undefined;
    return this.#isOver ? undefined : newest;
  }

  close(): void {
    this.#video.cancelVideoFrameCallback(this.#callback);
    this.#listening.abort();
  }
}
