import { parseTracker, type TrackerSettings } from "@lookonce/config";
import { LookonceError } from "@lookonce/errors";
import { iouMatrix, probiouMatrix, withAngles } from "@lookonce/geometry";
import { unlikeness } from "./appearance/unit-vectors.ts";
import { assign } from "./assign.ts";
import { type Candidates, candidatesOf, measurementOf } from "./candidates.ts";
import { KalmanFilter, warpState } from "./kalman-filter.ts";
import { boxesOf, Track } from "./track.ts";
import type { TrackerInput } from "./tracker-input.ts";

/** Options of {@link Tracker.update}. */
export interface UpdateOptions {
  /** Number of the frame, where frames may be missing; it must rise. Default: the one after the last. */
  frame?: number;
  /** [2, 3], row-major: from the last frame's pixels to this one's, as the camera moved. BoT-SORT uses it. */
  warp?: ArrayLike<number>;
}

/** The objects seen in one frame, as arrays side by side. */
export interface Tracks {
  count: number;
  /** [count, 4]: filtered boxes, in the input's form. */
  boxes: Float32Array;
  /** [count]: of rotated boxes, the detections' angles. */
  angles?: Float32Array;
  /** [count]: identities, from 1. */
  ids: Int32Array;
  scores: Float32Array;
  classes: Int32Array;
  /** [count]: index of each object's detection in the input. */
  detections: Int32Array;
}

/** Limit of the second association's cost, of that of unconfirmed tracks, and distance of duplicates, as ByteTrack has them. */
const secondLimit = 0.5;
const unconfirmedLimit = 0.7;
const duplicateDistance = 0.15;

/**
 * Follows objects from frame to frame by where they are, and with `with_reid` by how they look: ByteTrack (Zhang et al., 2022,
 * arXiv:2110.06864) or BoT-SORT (Aharon et al., 2022, arXiv:2206.14651), as Ultralytics 8.3 runs them.
 *
 * Detections whose box, angle or score is no finite number, or whose box has no area, are never tracked.
 */
export class Tracker {
  readonly settings: TrackerSettings;
  /** Frames for which a lost track can be found again. */
  readonly maxLost: number;
  readonly #filter: KalmanFilter;
  #tracked: Track[] = [];
  #lost: Track[] = [];
  #removed = 0;
  #nextId = 1;
  /** Frames since the start, and the caller's number of the last one. */
  #frame = 0;
  #lastFrame: number | undefined;
  #isRotated: boolean | undefined;
  /** Numbers of which a detection's appearance consists. */
  #featureLength: number | undefined;

  /** @throws LookonceError `ARGUMENT` for unknown settings and values out of range */
  constructor(settings: Partial<TrackerSettings> = {}) {
    this.settings = parseTracker(settings);
    this.#filter = new KalmanFilter(this.settings.tracker_type === "bytetrack" ? "xyah" : "xywh");
    this.maxLost = Math.trunc((this.settings.frame_rate / 30) * this.settings.track_buffer);
  }

  /** Whether the tracker makes use of how objects look. */
  get usesAppearance(): boolean {
    return this.settings.tracker_type === "botsort" && this.settings.with_reid;
  }

  /** Forgets everything; identities start at 1 again. */
  reset(): void {
    this.#tracked = [];
    this.#lost = [];
    this.#removed = 0;
    this.#nextId = 1;
    this.#frame = 0;
    this.#lastFrame = undefined;
    this.#isRotated = undefined;
    this.#featureLength = undefined;
  }

  /** Identities by what became of them, and how many were removed. */
  get state(): { tracked: number[]; unconfirmed: number[]; lost: number[]; removed: number } {
    const ids = (tracks: readonly Track[]): number[] => tracks.map(({ id }) => id);
    return {
      tracked: ids(this.#tracked.filter(({ isConfirmed }) => isConfirmed)),
      unconfirmed: ids(this.#tracked.filter(({ isConfirmed }) => !isConfirmed)),
      lost: ids(this.#lost),
      removed: this.#removed,
    };
  }

  /** The lost objects, and where their centers are now, as predicted. */
  get lost(): { id: number; x: number; y: number }[] {
    return this.#lost.map(({ id, mean: [x = 0, y = 0] }) => ({ id, x, y }));
  }

  /**
   * Tracks the detections of the next frame; a frame without any is passed, too. Over missing frames tracks are predicted, and
   * where more are missing than a track may be lost for, all tracks end.
   *
   * @throws LookonceError `ARGUMENT` for arrays that do not fit each other, a frame number that does not rise, and rotated
   *   boxes after others; nothing has changed then
   */
  update(input: TrackerInput, options: UpdateOptions = {}): Tracks {
    const steps = this.#checkedSteps(input, options);
    const candidates = candidatesOf(this.usesAppearance ? input : { ...input, features: undefined });
    this.#isRotated ??= input.boxes.length > 0 ? input.angles !== undefined : undefined;
    this.#frame += steps;
    this.#lastFrame = options.frame ?? (this.#lastFrame ?? 0) + steps;
    if (steps > this.maxLost + 1) this.#removeAll();

    const { track_high_thresh: high, track_low_thresh: low, match_thresh } = this.settings;
    const first: number[] = [];
    const second: number[] = [];
    for (const [i, score] of candidates.scores.entries()) {
      if (score >= Math.fround(high)) first.push(i);
      else if (score > Math.fround(low)) second.push(i);
    }
    const confirmed = this.#tracked.filter(({ isConfirmed }) => isConfirmed);
    const unconfirmed = this.#tracked.filter(({ isConfirmed }) => !isConfirmed);
    const pool = [...confirmed, ...this.#lost];
    for (const track of pool) for (let step = 0; step < steps; step++) track.predict(this.#filter);
    if (options.warp !== undefined && this.#filter.kind === "xywh") {
      for (const track of pool) warpState(track, options.warp);
      for (const track of unconfirmed) warpState(track, options.warp);
    }

    const refound: Track[] = [];
    const lost: Track[] = [];
    const match = (tracks: readonly Track[], rows: readonly number[], limit: number, isSure: boolean) =>
      this.#match(tracks, rows, { candidates, limit, isSure, refound });
    const { tracks: unmatched, detections: rest } = match(pool, first, match_thresh, true);
    const unseen = unmatched.filter(({ state }) => state === "tracked");
    for (const track of match(unseen, second, secondLimit, false).tracks) {
      track.state = "lost";
      lost.push(track);
    }
    const { tracks: unproven, detections: fresh } = match(unconfirmed, rest, unconfirmedLimit, true);
    for (const track of unproven) this.#remove(track);
    const started = fresh
      .filter((i) => (candidates.scores[i] as number) >= Math.fround(this.settings.new_track_thresh))
      .map((i) => this.#start(candidates, i));

    // What is removed now stays among the lost for one more frame, in which it can be found again
    const kept = this.#lost.filter(({ state, wasRemoved }) => state !== "tracked" && !wasRemoved);
    for (const track of this.#lost) {
      if (track.state !== "tracked" && this.#frame - track.lastFrame > this.maxLost) this.#remove(track);
    }
    this.#tracked = [...this.#tracked.filter(({ state }) => state === "tracked"), ...started, ...refound];
    this.#lost = [...kept, ...lost.filter(({ wasRemoved }) => !wasRemoved)];
    this.#dropDuplicates();
    return this.#report(input.angles !== undefined);
  }

  #checkedSteps({ boxes, scores, classes, angles, features }: TrackerInput, { frame, warp }: UpdateOptions): number {
    const count = scores.length;
    if (boxes.length !== 4 * count || classes.length !== count || (angles?.length ?? count) !== count) {
      const lengths = `${boxes.length} numbers in boxes, ${count} scores, ${classes.length} classes`;
      const also = angles === undefined ? "" : ` and ${angles.length} angles`;
      throw new LookonceError(
        "ARGUMENT",
        `Detections need four numbers a box and one of each other array a box, but have ${lengths}${also}.`,
      );
    }
    this.#checkFeatures(features, count);
    if (count > 0 && this.#isRotated !== undefined && this.#isRotated !== (angles !== undefined)) {
      const [now, before] = this.#isRotated ? ["no angles", "had some"] : ["angles", "had none"];
      throw new LookonceError(
        "ARGUMENT",
        `These detections have ${now}, those before ${before}. Call reset() first, or use another tracker.`,
      );
    }
    if (warp !== undefined && (warp.length !== 6 || !Array.from(warp).every(Number.isFinite))) {
      throw new LookonceError(
        "ARGUMENT",
        `A warp is 2 × 3 finite numbers, row by row, not [${Array.from(warp).join(", ")}].`,
      );
    }
    if (frame === undefined) return 1;
    const steps = this.#lastFrame === undefined ? 1 : frame - this.#lastFrame;
    if (Number.isSafeInteger(frame) && steps >= 1) return steps;
    const last = this.#lastFrame === undefined ? "" : ` above ${this.#lastFrame}, the last one`;
    throw new LookonceError(
      "ARGUMENT",
      `The frame's number must be a whole one${last}, not ${frame}: time does not go back. Call reset() to start a new sequence.`,
    );
  }

  /** Features of one length, all the time; whoever asks for `with_reid` must pass them. */
  #checkFeatures(features: ArrayLike<number> | undefined, count: number): void {
    if (!this.usesAppearance || count === 0) return;
    if (features === undefined) {
      throw new LookonceError(
        "ARGUMENT",
        "with_reid matches by appearance, but these detections have no features. Pass features, such as colorFeatures, or set with_reid: false.",
      );
    }
    const length = this.#featureLength ?? features.length / count;
    if (!Number.isInteger(length) || length < 1 || features.length !== length * count) {
      throw new LookonceError(
        "ARGUMENT",
        `Features are ${this.#featureLength ?? "equally many"} numbers a detection, but there are ${features.length} for ${count} detections.`,
      );
    }
    this.#featureLength = length;
  }

  /**
   * Associates tracks with detections and updates the matched ones; returns those that are left. Scores and appearance count
   * for detections that are sure.
   */
  #match(
    tracks: readonly Track[],
    rows: readonly number[],
    options: { candidates: Candidates; limit: number; isSure: boolean; refound: Track[] },
  ): { tracks: Track[]; detections: number[] } {
    const { candidates, limit, isSure, refound } = options;
    const costs = this.#overlaps(tracks, candidates, rows);
    for (let i = 0; i < costs.length; i++) {
      const [track, detection] = [tracks[Math.trunc(i / rows.length)] as Track, rows[i % rows.length] as number];
      const overlap = costs[i] as number;
      costs[i] = isSure ? this.#costOf(track, { candidates, detection, overlap }) : 1 - overlap;
    }
    const columnOf = assign(costs, [tracks.length, rows.length], limit);
    const isTaken = new Uint8Array(rows.length);
    const left: Track[] = [];
    for (const [i, track] of tracks.entries()) {
      const column = columnOf[i] as number;
      if (column < 0) {
        left.push(track);
        continue;
      }
      isTaken[column] = 1;
      const detection = rows[column] as number;
      this.#filter.update(track, measurementOf(candidates, detection, this.#filter.kind));
      track.describe(candidates, detection);
      if (track.state !== "tracked") refound.push(track);
      track.state = "tracked";
      track.isConfirmed = true;
      track.lastFrame = this.#frame;
    }
    return { tracks: left, detections: rows.filter((_, i) => isTaken[i] === 0) };
  }

  /**
   * Cost of a pair: 1 − overlap · score, or half the cosine distance of appearances where that is less, the overlap is
   * `proximity_thresh` at least, and the distance allows it (BoT-SORT, section 3.4).
   */
  #costOf(
    track: Track,
    { candidates, detection, overlap }: { candidates: Candidates; detection: number; overlap: number },
  ): number {
    const { fuse_score, proximity_thresh, appearance_thresh } = this.settings;
    const byPlace = 1 - overlap * (fuse_score ? (candidates.scores[detection] as number) : 1);
    const byLook = unlikeness(track.feature, candidates.features[detection]);
    if (byLook === undefined || overlap < proximity_thresh || byLook > 1 - appearance_thresh) return byPlace;
    return Math.min(byPlace, byLook);
  }

  /** Overlap of every track with every detection, row-major [tracks, rows]. */
  #overlaps(tracks: readonly Track[], { boxes, angles }: Candidates, rows: readonly number[]): Float32Array {
    if (tracks.length === 0 || rows.length === 0) return new Float32Array(0);
    const chosen = new Float32Array(4 * rows.length);
    for (const [i, row] of rows.entries()) chosen.set(boxes.subarray(4 * row, 4 * row + 4), 4 * i);
    if (angles === undefined) return iouMatrix(boxesOf(tracks, this.#filter.kind, "xyxy"), chosen);
    return probiouMatrix(
      withAngles(
        boxesOf(tracks, this.#filter.kind, "xywh"),
        tracks.map(({ angle }) => angle),
      ),
      withAngles(
        chosen,
        rows.map((row) => angles[row] as number),
      ),
    );
  }

  #start(candidates: Candidates, detection: number): Track {
    const state = this.#filter.initiate(measurementOf(candidates, detection, this.#filter.kind));
    const track = new Track(this.#nextId++, this.#frame, state, this.#frame === 1);
    track.describe(candidates, detection);
    return track;
  }

  #remove(track: Track): void {
    if (!track.wasRemoved) this.#removed++;
    track.state = "removed";
    track.wasRemoved = true;
  }

  #removeAll(): void {
    for (const track of [...this.#tracked, ...this.#lost]) this.#remove(track);
    this.#tracked = [];
    this.#lost = [];
  }

  /** Of a tracked and a lost track in the same place the one with the shorter life goes, on a tie the tracked one. */
  #dropDuplicates(): void {
    const [tracked, lost] = [this.#tracked, this.#lost];
    if (tracked.length === 0 || lost.length === 0) return;
    const asRows: Candidates = {
      boxes: boxesOf(lost, this.#filter.kind, this.#isRotated ? "xywh" : "xyxy"),
      angles: this.#isRotated ? Float32Array.from(lost, ({ angle }) => angle) : undefined,
      scores: new Float32Array(0),
      classes: new Int32Array(0),
      features: [],
    };
    const overlaps = this.#overlaps(tracked, asRows, [...lost.keys()]);
    const gone = new Set<Track>();
    for (let i = 0; i < overlaps.length; i++) {
      if (!(1 - (overlaps[i] as number) < duplicateDistance)) continue;
      const one = tracked[Math.trunc(i / lost.length)] as Track;
      const other = lost[i % lost.length] as Track;
      // One is hidden behind the other
      if ((unlikeness(one.feature, other.feature) ?? 0) > 1 - this.settings.appearance_thresh) continue;
      gone.add(one.lastFrame - one.startFrame > other.lastFrame - other.startFrame ? other : one);
    }
    if (gone.size === 0) return;
    this.#tracked = tracked.filter((track) => !gone.has(track));
    this.#lost = lost.filter((track) => !gone.has(track));
  }

  #report(isRotated: boolean): Tracks {
    const seen = this.#tracked.filter(({ isConfirmed }) => isConfirmed);
    return {
      count: seen.length,
      boxes: boxesOf(seen, this.#filter.kind, isRotated ? "xywh" : "xyxy"),
      ...(isRotated ? { angles: Float32Array.from(seen, ({ angle }) => angle) } : {}),
      ids: Int32Array.from(seen, ({ id }) => id),
      scores: Float32Array.from(seen, ({ score }) => score),
      classes: Int32Array.from(seen, ({ label }) => label),
      detections: Int32Array.from(seen, ({ detection }) => detection),
    };
  }
}
