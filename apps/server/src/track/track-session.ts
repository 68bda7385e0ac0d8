import { randomUUID } from "node:crypto";
import { LookonceError } from "@lookonce/errors";
import type { DetectOptions, FrameMotion, Image, PlainTracker, PlainTracks } from "@lookonce/yolo";
import { HttpError } from "../errors/http-error.ts";
import type { SentImage } from "../images/admit-image.ts";
import { detectFrame } from "../routes/detect-images.ts";
import type { ServiceParts } from "../service-parts.ts";

/** Frames of a session that wait for those before; more are refused. */
const maxPending = 8;

/** Objects that a session keeps, at most: it ends when there are more. */
const maxKept = 3000;

/** What a session tracks with. */
export interface SessionSettings {
  /** Who opened it. */
  client: string;
  /** Name of the model. */
  model: string;
  options: DetectOptions;
  imgsz: number | undefined;
  nms: boolean;
}

/** A tracked frame, and how long it waited for a worker. */
export interface TrackedFrame {
  tracks: PlainTracks;
  waited: number;
}

/** A sequence of frames whose objects keep their identities, one frame after the other. */
export class TrackSession {
  readonly id: string = randomUUID();
  readonly client: string;
  readonly model: string;
  /** When something was last done in it, in milliseconds. */
  usedAt: number = performance.now();
  readonly #settings: SessionSettings;
  readonly #tracker: PlainTracker;
  readonly #parts: ServiceParts;
  readonly #ending = new AbortController();
  /** In gray, the last frame, where the camera's motion is estimated. */
  #gray: FrameMotion["gray"] | undefined;
  #before: Promise<unknown> = Promise.resolve();
  #pending = 0;
  #frames = 0;

  constructor(tracker: PlainTracker, settings: SessionSettings, parts: ServiceParts) {
    this.client = settings.client;
    this.model = settings.model;
    this.#tracker = tracker;
    this.#settings = settings;
    this.#parts = parts;
  }

  /** Whether nothing is done in it at the moment. */
  get isIdle(): boolean {
    return this.#pending === 0;
  }

  /** What is known of it, for people. */
  view(timeout: number): SessionView {
    const { names } = this.#parts.models.find(this.model).model;
    const { tracker_type } = this.#tracker.settings;
    const counts = this.#tracker.counts(names);
    return {
      ...{ id: this.id, model: this.model, tracker: tracker_type, frames: this.#frames, objects: this.#tracker.kept },
      ...{ idle_s: this.isIdle ? (performance.now() - this.usedAt) / 1000 : 0, timeout_s: timeout },
      ...(counts && { counts }),
    };
  }

  /** Ends it: what waits in it is refused. */
  end(): void {
    this.#ending.abort(noSession(this.id));
  }

  /**
   * Detects in the next frame and tracks what was found.
   *
   * @param frame number of the frame, where some are missing
   * @throws HttpError when the session has ended, or too many of its frames wait
   * @throws LookonceError `ARGUMENT` for a number that does not rise, `UNSUPPORTED` for a classifier
   */
  async track(
    content: SentImage | Image,
    { signal, frame }: { signal: AbortSignal; frame?: number | undefined },
  ): Promise<TrackedFrame> {
    this.#ending.signal.throwIfAborted();
    if (this.#pending >= maxPending) {
      const message = `${maxPending} frames of this session wait; send the next one when an answer is there.`;
      throw new HttpError(429, "SESSION_BUSY", message, { retryAfter: 1 });
    }
    this.#pending++;
    const before = this.#before;
    const tracked = before.then(() => this.#next(content, { signal, frame }));
    this.#before = tracked.catch(() => {});
    try {
      return await tracked;
    } finally {
      this.#pending--;
      this.usedAt = performance.now();
    }
  }

  async #next(
    content: SentImage | Image,
    { signal: given, frame }: { signal: AbortSignal; frame: number | undefined },
  ): Promise<TrackedFrame> {
    const signal = AbortSignal.any([given, this.#ending.signal]);
    signal.throwIfAborted();
    const { models, metrics } = this.#parts;
    const { id, model } = models.find(this.model);
    const { options, imgsz, nms } = this.#settings;
    const motion = this.#tracker.usesMotion ? { ...(this.#gray && { before: this.#gray }) } : undefined;
    const { found, waited } = await detectFrame(
      content,
      { id, model, options, imgsz, nms, signal, motion, appearance: this.#tracker.usesAppearance },
      this.#parts,
    );
    metrics.images.inc({ model: id });
    this.#ending.signal.throwIfAborted();
    if (found.top5 !== undefined) {
      throw new LookonceError("UNSUPPORTED", `${id} classifies whole images: there are no objects to track.`);
    }
    const { motion: moved, features } = found;
    const tracks = this.#tracker.track(found, { names: model.names, frame, warp: moved?.warp, features });
    this.#gray = moved?.gray;
    this.#frames++;
    if (this.#tracker.kept <= maxKept) return { tracks, waited };
    this.end();
    const message = `The session kept more than ${maxKept} objects and has ended: ask for a higher conf, or a smaller track_buffer.`;
    throw new HttpError(413, "TOO_MANY_OBJECTS", message);
  }
}

/** The answer to frames of a session. */
export interface FramesAnswer {
  session: string;
  frames: PlainTracks[];
  queue_ms: number;
  total_ms: number;
}

/** A session as it is listed. */
export interface SessionView {
  id: string;
  model: string;
  tracker: string;
  /** How many frames were tracked. */
  frames: number;
  /** How many objects are tracked or can be found again. */
  objects: number;
  idle_s: number;
  timeout_s: number;
  counts?: PlainTracks["counts"];
}

export function noSession(id: string): HttpError {
  const shown = id.length > 80 ? `${id.slice(0, 77)}…` : id;
  const message = `There is no session "${shown}": it has ended, or nothing was sent to it for too long. Open another with POST /v1/track/sessions.`;
  return new HttpError(404, "NO_SESSION", message);
}
