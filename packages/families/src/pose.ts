import type { BatchSample } from "@lookonce/data";
import {
  type Detections,
  decodeKeypoints,
  decodeMaps,
  keypointSigmas,
  letterboxingBetween,
  nonMaxSuppression,
  scaleDetections,
  scaleKeypoints,
} from "@lookonce/geometry";
import { keypointSimilarity, type LabeledObjects } from "@lookonce/metrics";
import { type DetectionScores, detect, letterboxingOf } from "./detect.ts";
import { KeypointResults } from "./results/keypoint-results.ts";
import { scoredTwice } from "./scored-twice.ts";
import type { Task } from "./task.ts";

/** Objects with keypoints. */
export interface PoseDetections extends Detections {
  /** [count, K, D]: x, y in pixels and, where D is 3, the visibility. */
  keypoints: Float32Array;
  /** Keypoints of a detection, and values of each. */
  keypointShape: readonly [points: number, values: number];
}

/** Scores of boxes, and of keypoints. */
export interface PoseScores extends DetectionScores {
  /** Scores of the keypoints: detections matched by object keypoint similarity. */
  pose: DetectionScores;
}

/** Part of a label's box that COCO's objects fill on average: what the similarity of keypoints is relative to (YOLOv8 8.3). */
const objectShare = 0.53;

/** Pose estimation: boxes with a class and keypoints each. */
export const pose: Task<PoseDetections, PoseScores> = {
  name: "pose",
  labels: "keypoints",
  augments: false,
  createCriterion: detect.createCriterion,
  decodeMaps: (maps, head, conf) => decodeKeypoints(decodeMaps(maps, head, conf), maps, head),
  postprocess(output, options) {
    const { keypointShape = [0, 2] } = output;
    return nonMaxSuppression(output, options).map(({ extras = new Float32Array(0), ...detections }) => {
      return { ...detections, keypoints: extras, keypointShape };
    });
  },
  toImage(detections, letterboxing, size) {
    const { inputSize } = letterboxing;
    const scaling = inputSize === undefined ? letterboxing : letterboxingBetween(inputSize, size);
    const keypoints = scaleKeypoints(detections.keypoints, detections.keypointShape[1], scaling, size);
    return { ...detections, ...scaleDetections(detections, letterboxing, size), keypoints };
  },
  entries: ({ keypoints, keypointShape }, size) => ({ keypoints: new KeypointResults(keypoints, keypointShape, size) }),
  ...scoredTwice("pose", { letter: "P", prefix: "Pose", overlaps: similarities }),
  outputShape: detect.outputShape,
};

/** Object keypoint similarity of each detection with each label, in pixels of the file. */
function similarities(
  { keypoints, keypointShape, count }: PoseDetections,
  sample: BatchSample,
  { boxes }: LabeledObjects,
): Float32Array {
  const { keypoints: labeled, originalWidth: width, originalHeight: height } = sample;
  if (labeled === undefined || count === 0) return new Float32Array(count * sample.classes.length);
  const areas = Float32Array.from({ length: boxes.length / 4 }, (_, i) => {
    const side = (from: number): number => (boxes[4 * i + from + 2] as number) - (boxes[4 * i + from] as number);
    return objectShare * side(0) * side(1);
  });
  return keypointSimilarity({
    predicted: keypoints,
    values: keypointShape[1],
    labeled: scaleKeypoints(labeled, 3, letterboxingOf(sample), { width, height }),
    areas,
    sigmas: keypointSigmas(keypointShape),
  });
}
