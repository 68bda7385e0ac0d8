import type { TrackerSettings } from "@lookonce/config";
import { ResultEntry, resultEntries } from "@lookonce/families";
import { clipBoxes, type Detections, enclosingBoxes, withAngles } from "@lookonce/geometry";
import type { Trail } from "@lookonce/plots";
import { estimateMotion, type GrayFrame, grayFrame, Tracker, type Tracks, type Zones } from "@lookonce/tracking";
import { Results } from "../results.ts";
import { FrameScale } from "./frame-scale.ts";
import { ResultsCounter } from "./zone-results.ts";

/** Options of {@link ResultsTracker}. */
export interface ResultsTrackerOptions {
  /** Settings of the tracker. Default: those of `botsort.yaml`. */
  settings?: Partial<TrackerSettings>;
  /** Whether identities are kept from one video to the next. Default false. */
  persist?: boolean;
  /** Frames that an object's trail shows. 0 for no trails. Default 30. */
  trails?: number;
  /** Lines and zones to count at. Default: none. */
  zones?: Zones;
  /** Called with notices, such as of frames of another size. Default: none. */
  notify?: (line: string) => void;
}

/** Options of {@link ResultsTracker.track}. */
export interface TrackFrameOptions {
  /** How the camera moved since the last frame, as `estimateMotion` of `@lookonce/tracking` returns it. Default: estimated here. */
  warp?: ArrayLike<number> | undefined;
}

/** What the next frame is compared with. */
type LastFrame = Pick<Results, "video" | "frame" | "timestamp" | "width" | "height">;

/** Seconds without a frame, and frames that would have come meanwhile, from which a live video has stalled. */
const minStall = { seconds: 0.5, frames: 3 };

/** Adds identities to the results of frame after frame. Each video is a sequence; images without one are frames of one. */
export class ResultsTracker {
  /** Whether identities are kept from one video to the next. */
  persist: boolean;
  readonly #tracker: Tracker;
  readonly #maxPoints: number;
  readonly #counter: ResultsCounter | undefined;
  readonly #notify: (line: string) => void;
  readonly #trails = new Map<number, number[]>();
  /** What the camera's motion is estimated from. */
  #gray: GrayFrame | undefined;
  #last: LastFrame | undefined;
  /** Size of the sequence's first frame: all is tracked and counted in its pixels. */
  #first: { width: number; height: number } | undefined;
  #frame = 0;

  /** @throws LookonceError `ARGUMENT` for settings that the tracker does not have */
  constructor({ settings = {}, persist = false, trails = 30, zones, notify = () => {} }: ResultsTrackerOptions = {}) {
    this.#tracker = new Tracker(settings);
    this.persist = persist;
    this.#maxPoints = trails;
    // As long as the tracker itself keeps lost tracks
    const maxUnseen = this.#tracker.maxLost + 2;
    this.#counter = zones === undefined ? undefined : new ResultsCounter(zones, { maxUnseen });
    this.#notify = notify;
    const { gmc_method } = this.#tracker.settings;
    if (this.usesMotion && gmc_method !== "sparseOptFlow") {
      notify(`gmc_method ${gmc_method}: the camera's motion is estimated by sparseOptFlow, the only method there is`);
    }
  }

  /** Whether the tracker makes use of the camera's motion. */
  get usesMotion(): boolean {
    const { tracker_type, gmc_method } = this.#tracker.settings;
    return tracker_type === "botsort" && gmc_method !== "none";
  }

  /**
   * The result with the tracked objects in place of the detections: filtered boxes within the image, with identities. A frame
   * without tracked objects keeps its detections, which have no identities.
   */
  track(result: Results, { warp: given }: TrackFrameOptions = {}): Results {
    const last = this.#last;
    const isSameVideo = last !== undefined && last.video === result.video;
    if (last !== undefined && !isSameVideo) this.#beginVideo();
    if (isSameVideo) this.#reportSize(last, result);
    const { video, frame, timestamp, width, height } = result;
    this.#last = { video, frame, timestamp, width, height };
    this.#first ??= { width, height };
    this.#frame += isSameVideo ? this.#framesBetween(last, result) : 1;
    const scale = new FrameScale(this.#first, result);
    const warp = scale.warpToFirst(given ?? (this.usesMotion ? this.#motionTo(result) : undefined));
    const [rotated] = resultEntries(result.entries).flatMap((entry) => entry.trackable() ?? []);
    const seen = { ...result.boxes, ...rotated, boxes: scale.boxesToFirst(rotated?.boxes ?? result.boxes.boxes) };
    const tracked = this.#tracker.update(seen, { frame: this.#frame, ...(warp === undefined ? {} : { warp }) });
    // Feet on the lower edge are within a zone that reaches down to it
    const within = { width: this.#first.width - 1, height: this.#first.height - 1 };
    const counted = { ...tracked, boxes: clipBoxes(uprightBoxes(tracked), within) };
    const zones = scale.zonesToFrame(this.#counter?.count(counted, { names: result.names, frame: this.#frame }));
    const found = { ...tracked, boxes: scale.boxesToFrame(tracked.boxes) };
    const trails = this.#maxPoints > 0 ? this.#extendTrails(tracked, scale) : [];
    if (found.count === 0) return new Results({ ...result, trails, zones });
    const upright = uprightBoxes(found);
    const boxes: Detections = {
      count: found.count,
      boxes: rotated === undefined ? clipBoxes(upright, result) : upright,
      scores: found.scores,
      classes: found.classes,
      ids: found.ids,
      ...pickRows({ anchors: result.boxes.anchors }, found.detections, result.boxes.count),
    };
    return new Results({
      ...result,
      boxes,
      trails,
      zones,
      entries: trackedEntries(result.entries, found, result.boxes.count),
    });
  }

  /** Ends what only the last video can be compared with. */
  #beginVideo(): void {
    this.#gray = undefined;
    if (!this.persist) this.#restart();
  }

  #restart(): void {
    this.#tracker.reset();
    this.#trails.clear();
    this.#counter?.forget();
    this.#first = undefined;
    this.#frame = 0;
  }

  /** How the camera moved since the last frame. */
  #motionTo({ image, width }: Results): ArrayLike<number> | undefined {
    const before = this.#gray;
    this.#gray = grayFrame(image, width);
    return before === undefined ? undefined : estimateMotion(before, this.#gray);
  }

  #reportSize(last: LastFrame, { path, width, height }: Results): void {
    if (last.width === width && last.height === height) return;
    const sizes = `${last.width} × ${last.height}, from now on ${width} × ${height}`;
    this.#notify(`${path}: frames were ${sizes}; tracks, lines and zones are scaled along`);
  }

  /**
   * How many frames on a result is, where frames are stepped over or dropped, or did not come for a while; 1 where that is not
   * known.
   */
  #framesBetween(last: LastFrame, { path, video, frame, timestamp }: Results): number {
    const numbered = last.frame === undefined || frame === undefined ? 1 : frame - last.frame;
    const seconds = (timestamp ?? 0) - (last.timestamp ?? 0);
    const timed = video?.live && last.timestamp !== undefined ? Math.round(seconds * video.rate) : 0;
    const hasStalled = seconds >= minStall.seconds && timed - numbered >= minStall.frames;
    const frames = Math.max(1, Math.round((hasStalled ? timed : numbered) / (video?.stride ?? 1)));
    if (hasStalled) {
      const ended = frames > this.#tracker.maxLost + 1;
      const then = ended ? "longer than track_buffer, so all tracks end" : "tracks are predicted over that time";
      this.#notify(`${path}: no frame came for ${seconds.toFixed(1)} s; ${then}`);
    }
    return frames;
  }

  /** Trails are kept in the pixels of the sequence's first frame. */
  #extendTrails(tracks: Tracks, scale: FrameScale): Trail[] {
    const { count, ids } = tracks;
    const boxes = uprightBoxes(tracks);
    const { tracked, lost } = this.#tracker.state;
    const known = new Set([...tracked, ...lost]);
    for (const id of this.#trails.keys()) if (!known.has(id)) this.#trails.delete(id);
    const trails: Trail[] = [];
    for (let i = 0; i < count; i++) {
      const id = ids[i] as number;
      const [left = 0, top = 0, right = 0, bottom = 0] = boxes.subarray(4 * i, 4 * i + 4);
      const points = [...(this.#trails.get(id) ?? []), (left + right) / 2, (top + bottom) / 2].slice(
        -2 * this.#maxPoints,
      );
      this.#trails.set(id, points);
      trails.push({ id, points: scale.pointsToFrame(points) });
    }
    return trails;
  }
}

/** The tracked objects' boxes, or the upright ones around those that are rotated. */
function uprightBoxes({ boxes, angles }: Tracks): Float32Array {
  return angles === undefined ? boxes : enclosingBoxes(withAngles(boxes, angles));
}

/** What results have besides boxes, of the tracked objects. */
function trackedEntries(entries: Results["entries"], tracks: Tracks, count: number): Results["entries"] {
  const picked = pickRows(entries, tracks.detections, count);
  const own = Object.entries(entries).flatMap(([name, entry]) =>
    entry instanceof ResultEntry ? [[name, entry.tracked(tracks)] as const] : [],
  );
  return { ...picked, ...Object.fromEntries(own) };
}

/** Of arrays of a row a detection those that were tracked; whatever else there is stays. */
function pickRows<T extends object>(entries: T, rows: Int32Array, count: number): T {
  const picked = Object.entries(entries).map(([name, entry]) => {
    if (Array.isArray(entry) && entry.length === count) return [name, Array.from(rows, (row) => entry[row])];
    if (!(entry instanceof Float32Array || entry instanceof Int32Array)) return [name, entry];
    const width = entry.length / count;
    const values = Array.from(rows, (row) => [...entry.subarray(row * width, (row + 1) * width)]).flat();
    return [name, entry instanceof Float32Array ? Float32Array.from(values) : Int32Array.from(values)];
  });
  return Object.fromEntries(picked);
}
