import type { TrackerSettings } from "@lookonce/config";
import { LookonceError } from "@lookonce/errors";
import { clipBoxes, rotatedCorners, withAngles } from "@lookonce/geometry";
import type { PlainBox, PlainResults } from "@lookonce/inference";
import { namedCounts, namedEvents, parseZones, SequenceTracker, type TrackerInput } from "@lookonce/tracking";

/** Options of {@link PlainTracker}. */
export interface PlainTrackerOptions {
  /** Settings of the tracker. Default: those of `botsort.yaml`. */
  tracker?: Partial<TrackerSettings>;
  /** Lines and zones as a YAML file has them, in pixels of the first frame. Default: none. */
  zones?: object;
  /** Frames that an object's trail shows. Default 0, no trails. */
  trails?: number;
}

/** What was found in a frame. */
export type PlainFound = Pick<PlainResults, "width" | "height" | "boxes">;

/** A tracked frame as plain data: the objects with their identities, in the order in which these are kept. */
export interface PlainTracks extends PlainFound, Pick<PlainResults, "events" | "counts"> {
  /** Number of the frame, from 0. */
  frame: number;
  /** Where each object has been: centers, x and y in turn. */
  trails?: { id: number; points: readonly number[] }[];
}

/** The frame that was found something in. */
export interface PlainFrame {
  /** Class names by class number. */
  names: readonly string[];
  /** Number of the frame, where some may be missing; it must rise. Default: the one after the last. */
  frame?: number | undefined;
  /** How the camera moved since the last frame; see `frameMotion`. */
  warp?: ArrayLike<number> | undefined;
  /** How the boxes look, where the tracker makes use of it; see `frameAppearance`. */
  features?: ArrayLike<number> | undefined;
}

/**
 * Follows objects that were found elsewhere, such as in other processes: plain results of frame after frame in, the same with
 * identities out.
 */
export class PlainTracker {
  readonly #tracker: SequenceTracker;
  #last = -1;

  /** @throws LookonceError `ARGUMENT` for settings, lines or zones that cannot be used */
  constructor({ tracker = {}, zones, trails = 0 }: PlainTrackerOptions = {}) {
    this.#tracker = new SequenceTracker({
      ...{ settings: tracker, trails },
      zones: zones === undefined ? undefined : parseZones(zones, "zones"),
    });
  }

  get settings(): TrackerSettings {
    return this.#tracker.settings;
  }

  /** Frames for which a lost object can be found again. */
  get maxLost(): number {
    return this.#tracker.maxLost;
  }

  /** Whether it makes use of the camera's motion. */
  get usesMotion(): boolean {
    return this.#tracker.usesMotion;
  }

  /** Whether it makes use of how objects look: frames need `features` then. */
  get usesAppearance(): boolean {
    return this.#tracker.usesAppearance;
  }

  /** How many identities are tracked or can be found again. */
  get kept(): number {
    return this.#tracker.kept;
  }

  /** What was counted so far, where there are lines or zones. */
  counts(names: readonly string[]): PlainResults["counts"] {
    const { counts } = this.#tracker;
    return counts === undefined ? undefined : namedCounts(counts, names);
  }

  /**
   * Tracks what was found in the next frame. Where nothing is tracked, what was found is returned, without identities.
   *
   * @throws LookonceError `ARGUMENT` for a frame number that does not rise
   */
  track(
    { width, height, boxes }: PlainFound,
    { names, frame = this.#last + 1, warp, features }: PlainFrame,
  ): PlainTracks {
    if (!Number.isSafeInteger(frame) || frame <= this.#last) {
      throw new LookonceError(
        "ARGUMENT",
        `The frame's number must be a whole one above ${this.#last}, the last one, not ${frame}: time does not go back.`,
      );
    }
    const steps = frame - this.#last;
    const input = { ...trackerInputOf(boxes), features };
    const found = this.#tracker.update(input, { width, height, steps: this.#last < 0 ? 1 : steps, warp });
    this.#last = frame;
    const upright = found.angles === undefined ? clipBoxes(found.upright, { width, height }) : found.upright;
    const tracked = Array.from({ length: found.count }, (_, i): PlainBox => {
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = upright.subarray(4 * i, 4 * i + 4);
      const detection = boxes[found.detections[i] as number] as PlainBox;
      const box = { ...detection, x1, y1, x2, y2, id: found.ids[i] as number };
      const angle = found.angles?.[i];
      return angle === undefined ? box : { ...box, obb: rotatedBox(found.boxes.subarray(4 * i, 4 * i + 4), angle) };
    });
    const { counted, trails } = found;
    return {
      ...{ frame, width, height, boxes: found.count === 0 ? boxes : tracked },
      ...(counted && { events: namedEvents(counted.events, names), counts: namedCounts(counted.counts, names) }),
      ...(trails.length > 0 && { trails }),
    };
  }
}

/** Boxes as trackers read them; oriented ones with their angles. */
export function trackerInputOf(boxes: readonly PlainBox[]): TrackerInput {
  const scores = boxes.map(({ confidence }) => confidence);
  const classes = boxes.map((box) => box.class);
  const turned = boxes.flatMap(({ obb }) => obb ?? []);
  if (turned.length === 0) return { boxes: boxes.flatMap(({ x1, y1, x2, y2 }) => [x1, y1, x2, y2]), scores, classes };
  return {
    ...{ scores, classes, angles: turned.map(({ angle }) => angle) },
    boxes: turned.flatMap(({ x, y, width, height }) => [x, y, width, height]),
  };
}

function rotatedBox(box: Float32Array, angle: number): NonNullable<PlainBox["obb"]> {
  const [x = 0, y = 0, width = 0, height = 0] = box;
  const flat = rotatedCorners(withAngles(box, [angle]));
  const corners = Array.from({ length: 4 }, (_, i): [number, number] => [flat[2 * i] ?? 0, flat[2 * i + 1] ?? 0]);
  return { x, y, width, height, angle, corners };
}
