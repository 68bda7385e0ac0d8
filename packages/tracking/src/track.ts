import type { KalmanFilter, KalmanKind, KalmanState } from "./kalman-filter.ts";

/** Detections of one frame without those that cannot be tracked, as rows side by side. */
export interface Candidates {
  /** [count, 4]: corners, or with angles center, width and height. */
  boxes: Float32Array;
  /** [count]: radians, of rotated boxes. */
  angles: Float32Array | undefined;
  scores: Float32Array;
  classes: Int32Array;
}

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

  constructor(id: number, frame: number, state: KalmanState, isConfirmed: boolean) {
    this.id = id;
    this.startFrame = frame;
    this.lastFrame = frame;
    this.mean = state.mean;
    this.covariance = state.covariance;
    this.isConfirmed = isConfirmed;
  }

  /** Copies what the filter does not track of a detection. */
  describe({ scores, classes, angles }: Candidates, detection: number): void {
    this.score = scores[detection] as number;
    this.label = classes[detection] as number;
    this.angle = angles?.[detection] ?? 0;
    this.detection = detection;
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

/** A detection's box as what the filter measures. */
export function measurementOf({ boxes, angles }: Candidates, detection: number, kind: KalmanKind): Float64Array {
  const [a, b] = [boxes[4 * detection] as number, boxes[4 * detection + 1] as number];
  const [c, d] = [boxes[4 * detection + 2] as number, boxes[4 * detection + 3] as number];
  const [width, height] = angles === undefined ? [c - a, d - b] : [c, d];
  const [x, y] = angles === undefined ? [a + width / 2, b + height / 2] : [a, b];
  return Float64Array.of(x, y, kind === "xyah" ? width / height : width, height);
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
