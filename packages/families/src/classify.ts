import { type Detections, makeDetections, type Prediction, type RawMap } from "@lookonce/geometry";
import { ClassificationMetrics, type ClassificationResult, type ClassifiedClass } from "@lookonce/metrics";
import { confusionPlots, detect, mergingOf } from "./detect.ts";
import { ProbsResults } from "./results/probs-results.ts";
import type { ImageInput, ScoreRow, Scores, Task } from "./task.ts";

/** The classes of an image; no objects. */
export interface Classified extends Detections {
  /** [nc]: probability of each class. */
  probs: Float32Array;
}

/** Scores of a classifier. */
export interface ClassificationScores extends Scores, Omit<ClassificationResult, "perClass" | "images" | "fitness"> {
  perClass: ClassificationResult["perClass"];
}

/** Channel means and deviations of ImageNet, by which YOLOv5 (7.0) normalizes images to classify. */
const imageNet = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] } as const;

const square: ImageInput = { fit: "center-crop", stride: 32 };

const inputs = new Map<string, ImageInput>([
  ["v5", { ...square, fit: "center-square", normalization: imageNet }],
  ["v8", square],
]);

/** Classification: a probability of each class for the whole image. */
export const classify: Task<Classified, ClassificationScores> = {
  name: "classify",
  augments: false,
  labels: "folders",
  input: (family) => inputs.get(family) ?? square,
  suppression: "none",
  hasObjects: false,
  createCriterion: detect.createCriterion,
  decodeMaps: ([logits]) => softmax(logits),
  postprocess: ({ data, shape: [images = 0, , nc = 0] }) =>
    Array.from({ length: images }, (_, i) => ({
      ...makeDetections([], [], []),
      probs: data.slice(i * nc, (i + 1) * nc),
    })),
  toImage: (classified) => classified,
  entries: ({ probs }) => ({ probs: new ProbsResults(probs) }),
  createMetrics(names) {
    const metrics = new ClassificationMetrics({ names });
    return {
      add: ({ probs }, { classes }) => metrics.add(probs, classes[0] ?? -1),
      ...mergingOf(metrics),
      result() {
        const scores = metrics.result();
        return { ...scores, instances: scores.images };
      },
    };
  },
  table: ({ perClass, ...all }) => [scoreRow({ ...all, name: "all" }), ...perClass.map(scoreRow)],
  columns: (scores) => ({
    "metrics/accuracy_top1": scores?.top1,
    "metrics/accuracy_top5": scores?.top5,
  }),
  plots: (scores, names) => confusionPlots(scores, names, { background: false }),
  outputShape: ({ nc }, { batch }) => [batch, nc],
};

function scoreRow({ name, images, top1, top5 }: Omit<ClassifiedClass, "class">): ScoreRow {
  return { name, images, instances: images, scores: { top1, top5 } };
}

/** Probabilities [1, 1, nc] of the logits of an image, [1, 1, 1, nc]. */
function softmax(map: RawMap | undefined): Prediction {
  const logits = map?.data ?? new Float32Array(0);
  const most = logits.reduce((high, logit) => Math.max(high, logit), Number.NEGATIVE_INFINITY);
  const powers = logits.map((logit) => Math.exp(logit - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  const data = powers.map((power) => power / sum);
  return { data, shape: [1, 1, data.length], layout: "NAC", hasObjectness: false };
}
