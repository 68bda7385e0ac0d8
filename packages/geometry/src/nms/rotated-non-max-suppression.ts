import { type Detections, pickRows } from "../detections.ts";
import { enclosingBoxes } from "../rotated-boxes.ts";
import { collectCandidates } from "./candidates.ts";
import { type NmsOptions, resolveNmsOptions } from "./options.ts";
import { type ImagePrediction, type Prediction, splitPrediction } from "./prediction.ts";
import { firstPositions, selectBest } from "./select-best.ts";
import { sortByScore } from "./sort-by-score.ts";
import { suppressRotated } from "./suppress-rotated.ts";

/** Detections of rotated boxes; `boxes` are the upright ones around them. */
export interface RotatedDetections extends Detections {
  /** [count, 5]: center x, center y, width, height, angle. */
  rotated: Float32Array;
}

/** Options of {@link rotatedNonMaxSuppression}. */
export type RotatedNmsOptions = Omit<NmsOptions, "sideLimits" | "labels">;

/**
 * Turns a network's decoded output into rotated boxes, image by image, best first; the angle is the last channel.
 *
 * Follows YOLOv8 8.3: confidences and moving classes apart as in `nonMaxSuppression`, overlap as `probiouMatrix` has it; a
 * box goes when any better one, kept or not, reaches the threshold with it. Of an end-to-end prediction the best are selected
 * and none is suppressed.
 *
 * @throws LookonceError `ARGUMENT` when shape, data or an option do not fit
 */
export function rotatedNonMaxSuppression(prediction: Prediction, options: RotatedNmsOptions): RotatedDetections[] {
  return splitPrediction(prediction).map((image) => detectImage(image, options));
}

function detectImage(image: ImagePrediction, given: RotatedNmsOptions): RotatedDetections {
  const options = resolveNmsOptions(given, image.nc);
  const candidates = image.endToEnd ? selectBest(image, options) : collectCandidates(image, options);
  const order = sortByScore(candidates.scores.subarray(0, candidates.count), options.maxNms);
  const classes = order.map((candidate) => candidates.classes[candidate]!);
  const candidateRows = rotatedRows(
    image,
    order.map((candidate) => candidates.anchors[candidate]!),
  );
  const kept = image.endToEnd
    ? firstPositions(order, options)
    : suppressRotated({ rotated: candidateRows, classes }, options);
  const rows = kept.map((position) => candidates.anchors[order[position]!]!);
  const rotated = pickRows(candidateRows, kept, 5);
  return {
    count: kept.length,
    boxes: enclosingBoxes(rotated),
    rotated,
    scores: Float32Array.from(kept, (position) => candidates.scores[order[position]!]!),
    classes: kept.map((position) => classes[position]!),
    anchors: rows.map((row) => image.anchorNumbers?.[row] ?? row),
  };
}

/** The rotated boxes of rows of a prediction. */
function rotatedRows(image: ImagePrediction, rows: Int32Array): Float32Array {
  const { data, start, anchorStride, channelStride, nc, extras, hasObjectness } = image;
  const last = (hasObjectness ? 5 : 4) + nc + extras - 1;
  const rotated = new Float32Array(5 * rows.length);
  for (const [i, row] of rows.entries()) {
    const first = start + row * anchorStride;
    for (let column = 0; column < 4; column++) rotated[5 * i + column] = data[first + column * channelStride]!;
    rotated[5 * i + 4] = data[first + last * channelStride]!;
  }
  return rotated;
}
