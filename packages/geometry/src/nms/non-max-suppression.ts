import { LookonceError } from "@lookonce/errors";
import { type Detections, pickRows } from "../detections.ts";
import { type Candidates, collectCandidates } from "./candidates.ts";
import { type AprioriLabels, type NmsOptions, type ResolvedNmsOptions, resolveNmsOptions } from "./options.ts";
import { type ImagePrediction, type Prediction, splitPrediction } from "./prediction.ts";
import { firstPositions, selectBest } from "./select-best.ts";
import { sortByScore } from "./sort-by-score.ts";
import { suppress } from "./suppress.ts";

/**
 * Turns a network's decoded output into detections, image by image, best first.
 *
 * Follows YOLOv5 7.0 and YOLOv8 8.3 to the bit where rounding decides: single precision throughout, confidence and
 * IoU thresholds strict, classes kept apart by adding class · 7680 to the boxes. Of boxes that tie in confidence the
 * one met first (lower anchor, then lower class) comes first. Extras are carried along.
 *
 * Of an end-to-end prediction the best are selected and none is suppressed (`selectBest`).
 *
 * @throws LookonceError `ARGUMENT` when shape, data or an option do not fit
 */
export function nonMaxSuppression(prediction: Prediction, options: NmsOptions): Detections[] {
  return splitPrediction(prediction).map((image, index) =>
    detectImage(image, resolveNmsOptions(options, image.nc), options.labels?.[index]),
  );
}

function detectImage(
  image: ImagePrediction,
  options: ResolvedNmsOptions,
  labels: AprioriLabels | undefined,
): Detections {
  const candidates = image.endToEnd ? selectBest(image, options) : collectCandidates(image, options);
  if (labels !== undefined) addLabels(candidates, labels, image, options);

  const order = sortByScore(candidates.scores.subarray(0, candidates.count), options.maxNms);
  const boxes = cornersOf(order, candidates, image, labels);
  const classes = order.map((candidate) => candidates.classes[candidate]!);
  const kept = image.endToEnd ? firstPositions(order, options) : suppress({ boxes, classes }, options);

  const rows = kept.map((position) => candidates.anchors[order[position]!]!);
  return {
    boxes: pickRows(boxes, kept, 4),
    scores: Float32Array.from(kept, (position) => candidates.scores[order[position]!]!),
    classes: kept.map((position) => classes[position]!),
    anchors: rows.map((row) => image.anchorNumbers?.[row] ?? row),
    count: kept.length,
    ...(image.extras === 0 ? {} : { extras: extrasOf(rows, image) }),
  };
}

/** What the prediction has after the classes in these rows; zeros for labels, which are in none. */
function extrasOf(rows: Int32Array, image: ImagePrediction): Float32Array {
  const { data, start, anchors, anchorStride, channelStride, nc, hasObjectness, extras } = image;
  const first = start + ((hasObjectness ? 5 : 4) + nc) * channelStride;
  const found = new Float32Array(rows.length * extras);
  rows.forEach((row, i) => {
    if (row >= anchors) return;
    const at = first + row * anchorStride;
    for (let k = 0; k < extras; k++) found[i * extras + k] = data[at + k * channelStride]!;
  });
  return found;
}

function addLabels(
  candidates: Candidates,
  labels: AprioriLabels,
  { nc, anchors }: ImagePrediction,
  { wanted, conf }: ResolvedNmsOptions,
): void {
  if (labels.boxes.length !== labels.classes.length * 4) {
    throw new LookonceError(
      "ARGUMENT",
      `Option labels of nonMaxSuppression needs 4 numbers a label, but there are ${labels.classes.length} classes and ${labels.boxes.length} numbers of boxes.`,
    );
  }
  for (const [i, label] of Array.from(labels.classes).entries()) {
    if (!Number.isInteger(label) || label < 0 || label >= nc) {
      throw new LookonceError(
        "ARGUMENT",
        `Option labels of nonMaxSuppression has class ${label}; there are classes 0 to ${nc - 1}.`,
      );
    }
    if (conf < 1 && (wanted === undefined || wanted[label] === 1)) candidates.push(anchors + i, label, 1);
  }
}

/** The candidates' boxes as xyxy, in the given order. */
function cornersOf(
  order: Int32Array,
  candidates: Candidates,
  image: ImagePrediction,
  labels: AprioriLabels | undefined,
): Float32Array {
  const corners = new Float32Array(order.length * 4);
  for (let i = 0; i < order.length; i++) {
    const anchor = candidates.anchors[order[i]!]!;
    const known = anchor >= image.anchors;
    const data: ArrayLike<number> = known ? labels!.boxes : image.data;
    const at = known ? (anchor - image.anchors) * 4 : image.start + anchor * image.anchorStride;
    const step = known ? 1 : image.channelStride;
    const x = data[at]!;
    const y = data[at + step]!;
    const halfWidth = data[at + 2 * step]! / 2;
    const halfHeight = data[at + 3 * step]! / 2;
    corners[i * 4] = x - halfWidth;
    corners[i * 4 + 1] = y - halfHeight;
    corners[i * 4 + 2] = x + halfWidth;
    corners[i * 4 + 3] = y + halfHeight;
  }
  return corners;
}
