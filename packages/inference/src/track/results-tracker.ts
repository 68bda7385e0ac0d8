import { ResultEntry, resultEntries } from "@lookonce/families";
import { clipBoxes, type Detections } from "@lookonce/geometry";
import {
  colorFeatures,
  estimateMotion,
  type GrayFrame,
  grayFrame,
  SequenceTracker,
  type SequenceTrackerOptions,
  type Tracks,
} from "@lookonce/tracking";
import { Results } from "../results.ts";
import { zoneResults } from "./zone-results.ts";

/** Options of {@link ResultsTracker}. */
export interface ResultsTrackerOptions extends SequenceTrackerOptions {
  /** Whether identities are kept from one video to the next. Default false. */
  persist?: boolean;
  /** Called with notices, such as of frames of another size. Default: none. */
  notify?: (line: string) => void;
}

/** What the next frame is compared with. */
type LastFrame = Pick<Results, "video" | "frame" | "timestamp" | "width" | "height">;

/** Seconds without a frame, and frames that would have come meanwhile, from which a live video has stalled. */
const minStall = { seconds: 0.5, frames: 3 };

/** Adds identities to the results of frame after frame. Each video is a sequence; images without one are frames of one. */
export class ResultsTracker {
  /** Whether identities are kept from one video to the next. */
  persist: boolean;
  readonly #tracker: SequenceTracker;
  readonly #notify: (line: string) => void;
  /** What the camera's motion is estimated from. */
  #gray: GrayFrame | undefined;
  #last: LastFrame | undefined;

  /** @throws LookonceError `ARGUMENT` for settings that the tracker does not have */
  constructor({ persist = false, notify = () => {}, ...options }: ResultsTrackerOptions = {}) {
    this.#tracker = new SequenceTracker(options);
    this.persist = persist;
    this.#notify = notify;
    const { usesMotion, settings } = this.#tracker;
    if (usesMotion && settings.gmc_method !== "sparseOptFlow") {
      notify(
        `gmc_method ${settings.gmc_method}: the camera's motion is estimated by sparseOptFlow, the only method there is`,
      );
    }
  }

  /**
   * The result with the tracked objects in place of the detections: filtered boxes within the image, with identities. A frame
   * without tracked objects keeps its detections, which have no identities.
   */
  track(result: Results): Results {
    const last = this.#last;
    const isSameVideo = last !== undefined && last.video === result.video;
    if (last !== undefined && !isSameVideo) this.#beginVideo();
    if (isSameVideo) this.#reportSize(last, result);
    const { video, frame, timestamp, width, height, names } = result;
    this.#last = { video, frame, timestamp, width, height };
    const steps = isSameVideo ? this.#framesBetween(last, result) : 1;
    const [rotated] = resultEntries(result.entries).flatMap((entry) => entry.trackable() ?? []);
    const warp = this.#tracker.usesMotion ? this.#motionTo(result) : undefined;
    const detections = { ...result.boxes, ...rotated };
    const features = this.#tracker.usesAppearance ? colorFeatures(result.image, detections, width) : undefined;
    const found = this.#tracker.update({ ...detections, features }, { width, height, steps, warp });
    const { trails, counted } = found;
    const zones = counted === undefined ? undefined : zoneResults(counted, names);
    if (found.count === 0) return new Results({ ...result, trails, zones });
    const boxes: Detections = {
      count: found.count,
      boxes: rotated === undefined ? clipBoxes(found.upright, result) : found.upright,
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
    if (!this.persist) this.#tracker.restart();
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
