import { unit } from "./appearance/unit-vectors.ts";
import type { KalmanKind } from "./kalman-filter.ts";
import type { TrackerInput } from "./tracker-input.ts";

/** Detections of one frame, as rows side by side. */
export interface Candidates {
  /** [count, 4]: corners, or with angles center, width and height. */
  boxes: Float32Array;
  /** [count]: radians, of rotated boxes. */
  angles: Float32Array | undefined;
  /** [count]: below all thresholds of those that cannot be tracked. */
  scores: Float32Array;
  classes: Int32Array;
  /** [count]: how each looks, as vectors of length 1, where that is known. */
  features: readonly (Float32Array | undefined)[];
}

/** The detections in single precision, as detectors return them. */
export function candidatesOf({ boxes, scores, classes, angles, features }: TrackerInput): Candidates {
  const length = (features?.length ?? 0) / scores.length;
  const candidates: Candidates = {
    boxes: Float32Array.from(boxes),
    angles: angles === undefined ? undefined : Float32Array.from(angles),
    scores: Float32Array.from(scores),
    classes: Int32Array.from(classes),
    features:
      features === undefined
        ? []
        : Array.from(scores, (_, i) =>
            unit(Float32Array.from({ length }, (_, k) => features[i * length + k] as number)),
          ),
  };
  for (let i = 0; i < scores.length; i++) {
    const [, , width, height] = measurementOf(candidates, i, "xywh");
    const numbers = [...candidates.boxes.subarray(4 * i, 4 * i + 4), candidates.scores[i], candidates.angles?.[i] ?? 0];
    const isBox = numbers.every(Number.isFinite) && (width as number) > 0 && (height as number) > 0;
    if (!isBox) candidates.scores[i] = Number.NEGATIVE_INFINITY;
  }
  return candidates;
}

/** A detection's box as what the filter measures. */
export function measurementOf({ boxes, angles }: Candidates, detection: number, kind: KalmanKind): Float64Array {
  const [a, b] = [boxes[4 * detection] as number, boxes[4 * detection + 1] as number];
  const [c, d] = [boxes[4 * detection + 2] as number, boxes[4 * detection + 3] as number];
  const [width, height] = angles === undefined ? [c - a, d - b] : [c, d];
  const [x, y] = angles === undefined ? [a + width / 2, b + height / 2] : [a, b];
  return Float64Array.of(x, y, kind === "xyah" ? width / height : width, height);
}
