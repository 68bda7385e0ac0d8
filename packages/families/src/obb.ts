import {
  decodeRotatedMaps,
  enclosingBoxes,
  probiouMatrix,
  type RotatedDetections,
  regularRotated,
  rotatedNonMaxSuppression,
  scaleRotated,
  withAngles,
  xyxyToXywh,
} from "@lookonce/geometry";
import {
  type DetectionScores,
  detect,
  detectionMetrics,
  detectionScores,
  letterboxingOf,
  mergingOf,
} from "./detect.ts";
import { ObbResults } from "./results/obb-results.ts";
import type { Task } from "./task.ts";

/** Oriented boxes: boxes turned by an angle, with a class each. */
export const obb: Task<RotatedDetections, DetectionScores> = {
  ...detect,
  name: "obb",
  augments: false,
  labels: "rotated",
  valNms: { conf: 0.01 },
  suppression: "rotated",
  decodeMaps: decodeRotatedMaps,
  postprocess: (output, options) =>
    rotatedNonMaxSuppression(output, options).map((found) => ({ ...found, rotated: regularRotated(found.rotated) })),
  toImage(detections, letterboxing, size) {
    const rotated = scaleRotated(detections.rotated, letterboxing, size);
    return { ...detections, rotated, boxes: enclosingBoxes(rotated) };
  },
  entries: ({ rotated }, size) => ({ obb: new ObbResults(rotated, size) }),
  createMetrics(names, rules) {
    const metrics = detectionMetrics(names, rules);
    return {
      add(detections, sample) {
        const { classes, originalWidth: width, originalHeight: height } = sample;
        const inBatch = sample.rotated ?? upright(sample.boxes);
        const labels = scaleRotated(inBatch, letterboxingOf(sample), { width, height });
        const overlaps = probiouMatrix(detections.rotated, labels);
        metrics.add({ detections, labels: { boxes: enclosingBoxes(labels), classes }, overlaps });
      },
      ...mergingOf(metrics),
      result: () => detectionScores(metrics.result()),
    };
  },
};

/** Boxes of left, top, right, bottom as rotated boxes without an angle. */
function upright(boxes: Float32Array): Float32Array {
  return withAngles(xyxyToXywh(boxes), new Float32Array(boxes.length / 4));
}
