import { createTracker, type PlainTrackerOptions } from "@lookonce/yolo";
import { HttpError } from "../errors/http-error.ts";
import { checkBranch } from "../routes/detect-images.ts";
import type { ServiceParts } from "../service-parts.ts";
import { noSession, type SessionSettings, TrackSession } from "./track-session.ts";

/** Frames for which lost objects are kept, at most, and points of lines and zones: what a frame costs grows with both. */
const maxLost = 3000;
const maxPoints = 1000;

/** A session that is to be opened. */
export type SessionRequest = Omit<SessionSettings, "model"> & { model: string | undefined } & PlainTrackerOptions;

/** The sessions of a service: so many, each for as long as frames come. */
export class TrackSessions {
  readonly #parts: ServiceParts;
  readonly #sessions = new Map<string, TrackSession>();
  readonly #timer: NodeJS.Timeout;

  constructor(parts: ServiceParts) {
    this.#parts = parts;
    const { sessionTimeout } = parts.settings;
    this.#timer = setInterval(() => this.endIdle(), Math.min(5000, 250 * sessionTimeout)).unref();
  }

  get count(): number {
    return this.#sessions.size;
  }

  list(): TrackSession[] {
    return [...this.#sessions.values()];
  }

  /**
   * Opens a session.
   *
   * @throws HttpError 503 or 429 when there are too many, 404 for an unknown model
   * @throws LookonceError `ARGUMENT` for settings, lines or zones that cannot be used
   */
  async open({ client, model: name, options, imgsz, nms, ...tracking }: SessionRequest): Promise<TrackSession> {
    const { id, model } = this.#parts.models.find(name);
    checkBranch(id, model, nms);
    checkZones(tracking.zones);
    const tracker = await createTracker(tracking);
    if (tracker.maxLost > maxLost) {
      const message = `track_buffer and frame_rate keep lost objects for ${tracker.maxLost} frames; ${maxLost} are possible here.`;
      throw new HttpError(400, "ARGUMENT", message);
    }
    this.endIdle();
    this.#checkRoom(client);
    const session = new TrackSession(tracker, { client, model: id, options, imgsz, nms }, this.#parts);
    this.#sessions.set(session.id, session);
    return session;
  }

  /** @throws HttpError 404 when there is none, or it has ended */
  find(id: string): TrackSession {
    this.endIdle();
    const session = this.#sessions.get(id);
    if (session === undefined) throw noSession(id);
    return session;
  }

  /** @throws HttpError as {@link find} */
  end(id: string): void {
    this.find(id).end();
    this.#sessions.delete(id);
  }

  /** Ends those in which nothing was done for too long. */
  endIdle(now: number = performance.now()): void {
    const { sessionTimeout } = this.#parts.settings;
    for (const session of this.#sessions.values()) {
      if (!session.isIdle || now - session.usedAt < 1000 * sessionTimeout) continue;
      session.end();
      this.#sessions.delete(session.id);
    }
  }

  /** Ends all. */
  stop(): void {
    clearInterval(this.#timer);
    for (const session of this.#sessions.values()) session.end();
    this.#sessions.clear();
  }

  #checkRoom(client: string): void {
    const { maxSessions } = this.#parts.settings;
    if (this.#sessions.size >= maxSessions) {
      const message = `${maxSessions} sessions are open, which is the most there may be; end one, or try again in 5 seconds.`;
      throw new HttpError(503, "TOO_MANY_SESSIONS", message, { retryAfter: 5 });
    }
    const own = this.list().filter((session) => session.client === client).length;
    const maxOwn = Math.ceil(maxSessions / 2);
    if (own < maxOwn) return;
    const message = `One address may have ${maxOwn} sessions open; end one, or try again in 5 seconds.`;
    throw new HttpError(429, "CLIENT_BUSY", message, { retryAfter: 5 });
  }
}

function checkZones(zones: object = {}): void {
  const tables = Object.values(zones).filter((table) => typeof table === "object" && table !== null);
  const points = tables.flatMap((table) => Object.values(table)).flat();
  if (points.length <= maxPoints) return;
  throw new HttpError(400, "ARGUMENT", `Lines and zones may have ${maxPoints} points together.`);
}
