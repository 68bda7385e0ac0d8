import { smoothed } from "./appearance/unit-vectors.ts";
import type { Candidates } from "./candidates.ts";
import type { KalmanFilter, KalmanKind, KalmanState } from "./kalman-filter.ts";

/** An object over time. */
export class Track implements KalmanState {
  readonly id: number;
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
  /** First frame, and the last one with a detection. */
  readonly startFrame: number;
  lastFrame: number;
  state: "tracked" | "lost" | "removed" = "tracked";
  /** Whether a second detection has been found, or the track started in the first frame. */
  isConfirmed: boolean;
  /** Whether it was ever removed: it may come back from the list of the lost, but not get into it again. */
  wasRemoved = false;
  /** Of the last detection: score, class, angle and its index in its frame. */
  score = 0;
  label = 0;
  angle = 0;
  detection = 0;
  /** How it looks, a vector of length 1: a moving average over its detections. */
  feature: Float32Array | undefined;

  constructor(id: number, frame: number, state: KalmanState, isConfirmed: boolean) {
    this.id = id;
    this.startFrame = frame;
    this.lastFrame = frame;
    this.mean = state.mean;
    this.covariance = state.covariance;
    this.isConfirmed = isConfirmed;
  }

  /** Copies what the filter does not track of a detection. */
  describe({ scores, classes, angles, features }: Candidates, detection: number): void {
    this.score = scores[detection] as number;
    this.label = classes[detection] as number;
    this.angle = angles?.[detection] ?? 0;
    this.detection = detection;
    this.feature = smoothed(this.feature, features[detection]);
  }

  /** Moves the filter on; the size of what is not seen stays as it is. */
  predict(filter: KalmanFilter): void {
    if (this.state !== "tracked") {
      this.mean[7] = 0;
      if (filter.kind === "xywh") this.mean[6] = 0;
    }
    filter.predict(this);
  }
}

/** [tracks, 4]: the boxes of the filters' states, as corners or as center, width and height. */
export function boxesOf(tracks: readonly Track[], kind: KalmanKind, form: "xyxy" | "xywh"): Float32Array {
  const boxes = new Float32Array(4 * tracks.length);
  for (const [i, { mean }] of tracks.entries()) {
    const [x, y, height] = [mean[0] as number, mean[1] as number, mean[3] as number];
    const width = (mean[2] as number) * (kind === "xyah" ? height : 1);
    boxes[4 * i] = form === "xyxy" ? x - width / 2 : x;
    boxes[4 * i + 1] = form === "xyxy" ? y - height / 2 : y;
    boxes[4 * i + 2] = form === "xyxy" ? x + width / 2 : width;
    boxes[4 * i + 3] = form === "xyxy" ? y + height / 2 : height;
  }
  return boxes;
}
