import type { TrackerSettings } from "@lookonce/config";
import { ResultEntry, resultEntries } from "@lookonce/families";
import { clipBoxes, type Detections, enclosingBoxes, withAngles } from "@lookonce/geometry";
import type { Trail } from "@lookonce/plots";
import { Tracker, type Tracks, type Zones } from "@lookonce/tracking";
import { Results } from "../results.ts";
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

/** What the next frame is compared with. */
type LastFrame = Pick<Results, "video" | "frame" | "width" | "height">;

/** Adds identities to the results of frame after frame. Each video is a sequence; images without one are frames of one. */
export class ResultsTracker {
  /** Whether identities are kept from one video to the next. */
  persist: boolean;
  readonly #tracker: Tracker;
  readonly #maxPoints: number;
  readonly #counter: ResultsCounter | undefined;
  readonly #notify: (line: string) => void;
  readonly #trails = new Map<number, number[]>();
  #last: LastFrame | undefined;
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
    if (gmc_method !== "none") {
      notify(`gmc_method ${gmc_method}: the motion of the camera is not estimated; it is as with gmc_method none`);
    }
  }

  /**
   * The result with the tracked objects in place of the detections: filtered boxes within the image, with identities. A frame
   * without tracked objects keeps its detections, which have no identities.
   */
  track(result: Results): Results {
    const last = this.#last;
    const isSameVideo = last !== undefined && last.video === result.video;
    if (last !== undefined && !isSameVideo && !this.persist) this.#restart();
    if (isSameVideo && (last.width !== result.width || last.height !== result.height)) {
      const sizes = `${last.width} × ${last.height}, from now on ${result.width} × ${result.height}`;
      this.#notify(`${result.path}: frames were ${sizes}; identities are kept where boxes are near those before`);
    }
    const { video, frame, width, height } = result;
    this.#last = { video, frame, width, height };
    this.#frame += isSameVideo ? framesBetween(last, result) : 1;
    const [rotated] = resultEntries(result.entries).flatMap((entry) => entry.trackable() ?? []);
    const found = this.#tracker.update({ ...result.boxes, ...rotated }, { frame: this.#frame });
    const tracks = { ...found, boxes: uprightBoxes(found) };
    const trails = this.#maxPoints > 0 ? this.#extendTrails(tracks) : [];
    // Feet on the lower edge are within a zone that reaches down to it
    const inside = clipBoxes(tracks.boxes, { width: width - 1, height: height - 1 });
    const zones = this.#counter?.count({ ...tracks, boxes: inside }, { names: result.names, frame: this.#frame });
    if (tracks.count === 0) return new Results({ ...result, trails, zones });
    const boxes: Detections = {
      count: tracks.count,
      boxes: rotated === undefined ? clipBoxes(tracks.boxes, result) : tracks.boxes,
      scores: tracks.scores,
      classes: tracks.classes,
      ids: tracks.ids,
      ...pickRows({ anchors: result.boxes.anchors }, tracks.detections, result.boxes.count),
    };
    return new Results({
      ...result,
      boxes,
      trails,
      zones,
      entries: trackedEntries(result.entries, found, result.boxes.count),
    });
  }

  #restart(): void {
    this.#tracker.reset();
    this.#trails.clear();
    this.#counter?.forget();
    this.#frame = 0;
  }

  #extendTrails({ count, ids, boxes }: Tracks): Trail[] {
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
      trails.push({ id, points });
    }
    return trails;
  }
}

/** How many frames on a result is, where frames are stepped over or dropped; 1 where that is not known. */
function framesBetween({ frame: before, video }: LastFrame, { frame: now }: Results): number {
  if (before === undefined || now === undefined) return 1;
  return Math.max(1, Math.round((now - before) / (video?.stride ?? 1)));
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
