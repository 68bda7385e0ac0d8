import type { TrackerSettings } from "@lookonce/config";
import { clipBoxes, enclosingBoxes, type ImageSize, withAngles } from "@lookonce/geometry";
import { Tracker, type Tracks } from "../tracker.ts";
import type { TrackerInput } from "../tracker-input.ts";
import type { Zones } from "../zones/parse-zones.ts";
import { ZoneCounter, type ZoneCounts, type ZoneEvent } from "../zones/zone-counter.ts";
import { FrameScale } from "./frame-scale.ts";

/** Options of {@link SequenceTracker}. */
export interface SequenceTrackerOptions {
  /** Settings of the tracker. Default: those of `botsort.yaml`. */
  settings?: Partial<TrackerSettings>;
  /** Frames that an object's trail shows. 0 for no trails. Default 30. */
  trails?: number;
  /** Lines and zones to count at, in pixels of the first frame. Default: none. */
  zones?: Zones | undefined;
}

/** The frame of a sequence that its detections are of. */
export interface SequenceFrame extends ImageSize {
  /** How many frames after the last one it is. Default 1. */
  steps?: number;
  /** How the camera moved since the last frame, as `estimateMotion` returns it, in pixels of this frame. */
  warp?: ArrayLike<number> | undefined;
}

/** What is known after a frame, in its pixels. */
export interface SequenceTracks extends Tracks {
  /** [count, 4]: left, top, right, bottom; of rotated boxes those around them. They may reach out of the frame. */
  upright: Float32Array;
  /** Where each object has been: centers, x and y in turn, the newest last. */
  trails: { id: number; points: readonly number[] }[];
  /** What was counted, where there are lines or zones: what happened in the frame, what was counted so far, and the shapes. */
  counted?: { events: ZoneEvent[]; counts: ZoneCounts; zones: Zones };
}

/**
 * Tracks the objects of a video or camera and counts them at lines and zones. Frames may have another size than those before,
 * as of a stream that changes its quality: they are taken for the same view.
 */
export class SequenceTracker {
  readonly #tracker: Tracker;
  readonly #counter: ZoneCounter | undefined;
  readonly #maxPoints: number;
  /** In the pixels of the sequence's first frame, in which all is tracked and counted. */
  readonly #trails = new Map<number, number[]>();
  #first: ImageSize | undefined;
  #frame = 0;

  /** @throws LookonceError `ARGUMENT` for settings that the tracker does not have */
  constructor({ settings = {}, trails = 30, zones }: SequenceTrackerOptions = {}) {
    this.#tracker = new Tracker(settings);
    this.#maxPoints = trails;
    // As long as the tracker itself keeps lost tracks
    const maxUnseen = this.#tracker.maxLost + 2;
    this.#counter = zones === undefined ? undefined : new ZoneCounter(zones, { maxUnseen });
  }

  get settings(): TrackerSettings {
    return this.#tracker.settings;
  }

  /** Frames for which a lost track can be found again. */
  get maxLost(): number {
    return this.#tracker.maxLost;
  }

  /** Whether the tracker makes use of the camera's motion. */
  get usesMotion(): boolean {
    const { tracker_type, gmc_method } = this.settings;
    return tracker_type === "botsort" && gmc_method !== "none";
  }

  /** Whether the tracker makes use of how objects look: detections need `features` then. */
  get usesAppearance(): boolean {
    return this.#tracker.usesAppearance;
  }

  /** How many identities can be found again or are tracked. */
  get kept(): number {
    const { tracked, unconfirmed, lost } = this.#tracker.state;
    return tracked.length + unconfirmed.length + lost.length;
  }

  /** What was counted so far, where there are lines or zones. */
  get counts(): ZoneCounts | undefined {
    return this.#counter?.counts;
  }

  /** Begins another sequence: identities start at 1 again; counts of lines stay. */
  restart(): void {
    this.#tracker.reset();
    this.#trails.clear();
    this.#counter?.forget();
    this.#first = undefined;
    this.#frame = 0;
  }

  /**
   * Tracks the detections of the next frame.
   *
   * @throws LookonceError `ARGUMENT` as `Tracker.update`
   */
  update(input: TrackerInput, { width, height, steps = 1, warp }: SequenceFrame): SequenceTracks {
    this.#first ??= { width, height };
    const first = this.#first;
    const scale = new FrameScale(first, { width, height });
    const motion = scale.warpToFirst(warp);
    const frame = this.#frame + steps;
    const found = this.#tracker.update(
      { ...input, boxes: scale.boxesToFirst(Float32Array.from(input.boxes)) },
      { frame, ...(motion === undefined ? {} : { warp: motion }) },
    );
    this.#frame = frame;
    const upright = uprightBoxes(found);
    const trails = this.#maxPoints > 0 ? this.#extendTrails({ ...found, boxes: upright }, scale) : [];
    const tracks = {
      ...found,
      boxes: scale.boxesToFrame(found.boxes),
      upright: scale.boxesToFrame(upright),
      trails,
    };
    const counter = this.#counter;
    if (counter === undefined) return tracks;
    // Feet on the lower edge are within a zone that reaches down to it
    const within = clipBoxes(upright, { width: first.width - 1, height: first.height - 1 });
    const gone = this.#tracker.lost.filter(({ x, y }) => x < 0 || x > first.width || y < 0 || y > first.height);
    const events = counter.update({ ...found, boxes: within }, { frame, gone: gone.map(({ id }) => id) });
    return { ...tracks, counted: { events, counts: counter.counts, zones: scale.zonesToFrame(counter.zones) } };
  }

  #extendTrails({ count, ids, boxes }: Tracks, scale: FrameScale): SequenceTracks["trails"] {
    const { tracked, lost } = this.#tracker.state;
    const known = new Set([...tracked, ...lost]);
    for (const id of this.#trails.keys()) if (!known.has(id)) this.#trails.delete(id);
    const trails: SequenceTracks["trails"] = [];
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
