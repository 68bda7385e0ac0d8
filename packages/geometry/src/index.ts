export { decodeKeypoints } from "./decode-keypoints.ts";
export { type DecodedMaps, decodeMaps, type HeadSpec, type RawMap } from "./decode-maps.ts";
export { decodeRotatedMaps } from "./decode-rotated-maps.ts";
export { type Detections, makeDetections, pickDetections, pickRows } from "./detections.ts";
export {
  denormalizeBoxes,
  type ImageSize,
  normalizeBoxes,
  normalizedXywhToXyxy,
  xywhToXyxy,
  xyxyToNormalizedXywh,
  xyxyToXywh,
} from "./formats.ts";
export { bboxIoa, boxIou, type IouKind, iouMatrix, type PairwiseIouOptions, pairwiseIou } from "./iou.ts";
export { keypointSigmas } from "./keypoint-sigmas.ts";
export { imageMasks, inputMasks, type MaskSource, prototypeMasks, prototypeStride } from "./masks/combine-masks.ts";
export { maskContours } from "./masks/contours.ts";
export {
  isEmptyMask,
  type MaskPatch,
  type Masks,
  maskBitmap,
  maskIouMatrix,
  masksOfBitmaps,
  masksOfMap,
  pickMasks,
  resizeMasks,
  scaleMasks,
} from "./masks/masks.ts";
export { maskOutlines } from "./masks/outlines.ts";
export { maskPolygon, type PolygonParts } from "./masks/polygon.ts";
export { bitmapOfRuns, type CocoRle, cocoRle, maskRuns } from "./masks/run-lengths.ts";
export { nonMaxSuppression } from "./nms/non-max-suppression.ts";
export type { AprioriLabels, NmsOptions } from "./nms/options.ts";
export type { Prediction, Prototypes } from "./nms/prediction.ts";
export {
  type RotatedDetections,
  type RotatedNmsOptions,
  rotatedNonMaxSuppression,
} from "./nms/rotated-non-max-suppression.ts";
export { sortByScore } from "./nms/sort-by-score.ts";
export { fillPolygon } from "./polygons/fill-polygon.ts";
export { nearestPoints } from "./polygons/nearest-points.ts";
export { pointBounds, polygonBox } from "./polygons/polygon-bounds.ts";
export { type MaskSize, type OverlapMasks, overlapMasks, separateMasks } from "./polygons/polygon-masks.ts";
export { resamplePolygon, sampleOutline } from "./polygons/resample-polygon.ts";
export { probiouMatrix } from "./probiou.ts";
export {
  cornersToRotated,
  enclosingBoxes,
  regularRotated,
  rotatedCorners,
  scaleRotated,
  withAngles,
} from "./rotated-boxes.ts";
export { roundHalfEven } from "./rounding.ts";
export {
  clipBoxes,
  type Letterboxing,
  letterboxingBetween,
  scaleBoxes,
  scaleDetections,
  scaleKeypoints,
  scalePoints,
} from "./scale.ts";
