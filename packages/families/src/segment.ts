import type { BatchSample } from "@lookonce/data";
import { LookonceError } from "@lookonce/errors";
import {
  type Detections,
  decodeMaps,
  imageMasks,
  inputMasks,
  isEmptyMask,
  type MaskSource,
  type Masks,
  maskIouMatrix,
  masksOfBitmaps,
  masksOfMap,
  nonMaxSuppression,
  type Prediction,
  type Prototypes,
  pickDetections,
  pickMasks,
  prototypeMasks,
  resizeMasks,
  scaleDetections,
} from "@lookonce/geometry";
import { type DetectionScores, detect } from "./detect.ts";
import { MaskResults, type MaskRules, v5MaskRules, v8MaskRules } from "./results/mask-results.ts";
import { scoredTwice } from "./scored-twice.ts";
import type { Task } from "./task.ts";

/** Objects with masks. */
export interface SegmentDetections extends Detections {
  /** Of each detection; absent where they are made in pixels of the image, until that is known. */
  masks?: Masks;
  /** What finer masks than these can be combined from, with the coefficients that are the `extras`. */
  source?: { prototypes: Prototypes; sigmoid: boolean };
  /** How its family's masks are written. */
  rules?: MaskRules;
}

/** Scores of boxes, and of masks. */
export interface SegmentScores extends DetectionScores {
  /** Scores of the masks: detections matched by the IoU of their masks. */
  mask: DetectionScores;
}

/** Instance segmentation: boxes with a class and a mask each. */
export const segment: Task<SegmentDetections, SegmentScores> = {
  name: "segment",
  labels: "polygons",
  augments: false,
  createCriterion: detect.createCriterion,
  decodeMaps,
  postprocess(output, { validation = false, retinaMasks = false, ...options }) {
    return nonMaxSuppression(output, options).map((detections) => {
      const source = sourceOf(output);
      const found: SegmentDetections = { ...detections, rules: source.sigmoid ? v5MaskRules : v8MaskRules };
      if (validation) return { ...found, masks: prototypeMasks(combining(found, source)), source };
      if (retinaMasks) return { ...found, source };
      return withMasks(found, inputMasks(combining(found, source)));
    });
  },
  toImage(detections, letterboxing, size) {
    const scaled: SegmentDetections = scaleDetections(detections, letterboxing, size);
    const { masks, source } = scaled;
    if (masks !== undefined || source === undefined) return scaled;
    return withMasks(scaled, imageMasks(combining(scaled, source), size));
  },
  entries(detections, size) {
    const { masks, source, rules } = detections;
    // Masks of a validation are at the resolution of the prototypes: what is written gets finer ones
    const finest = source === undefined ? masks : imageMasks(combining(detections, source), size);
    return { masks: new MaskResults(finest ?? { ...size, patches: [] }, size, rules) };
  },
  ...scoredTwice("mask", { letter: "M", prefix: "Mask", overlaps: maskOverlaps }),
  outputShape: detect.outputShape,
};

/** The prototypes of a prediction of one image. @throws LookonceError `UNSUPPORTED` without them */
function sourceOf({ prototypes, hasObjectness }: Prediction): NonNullable<SegmentDetections["source"]> {
  if (prototypes === undefined) {
    const message = "A segmentation model needs a second output with prototypes: export it again with both outputs.";
    throw new LookonceError("UNSUPPORTED", message);
  }
  return { prototypes, sigmoid: hasObjectness };
}

function combining(
  { boxes, extras = new Float32Array(0) }: Detections,
  source: NonNullable<SegmentDetections["source"]>,
): MaskSource {
  return { ...source, boxes, coefficients: extras };
}

/** Detections with their masks; those whose mask is empty are left out (YOLOv8 8.3). */
function withMasks({ source: _, ...detections }: SegmentDetections, masks: Masks): SegmentDetections {
  const rows = masks.patches.flatMap((patch, i) => (isEmptyMask(patch) ? [] : [i]));
  if (rows.length === masks.patches.length) return { ...detections, masks };
  return { ...detections, ...pickDetections(detections, rows), masks: pickMasks(masks, rows) };
}

/** IoU of each detection's mask with each label's, at the resolution of the detections'. */
function maskOverlaps({ masks, count }: SegmentDetections, sample: BatchSample): Float32Array {
  const labels = labelMasks(sample);
  if (masks === undefined || labels === undefined) return new Float32Array(count * sample.classes.length);
  return maskIouMatrix(masks, resizeMasks(labels, masks));
}

/** The masks of a sample's labels, in the order of its boxes. */
function labelMasks({ masks, classes }: BatchSample): Masks | undefined {
  if (masks === undefined) return undefined;
  const { data, overlap, width, height } = masks;
  return overlap ? masksOfMap(data, { width, height }, classes.length) : masksOfBitmaps(data, { width, height });
}
