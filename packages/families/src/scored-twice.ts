import type { BatchSample } from "@lookonce/data";
import type { Detections } from "@lookonce/geometry";
import type { LabeledObjects, MetricsState } from "@lookonce/metrics";
import {
  confusionPlots,
  curvePlots,
  type DetectionScores,
  detectionMetrics,
  detectionScores,
  labelsInFile,
  scoreColumns,
  scoreTable,
} from "./detect.ts";
import type { Task } from "./task.ts";

/** What a task scores besides boxes. */
export interface SecondScores<D extends Detections> {
  /** Of its columns in `results.csv`. */
  letter: "M" | "P";
  /** What its plots' names begin with. */
  prefix: "Mask" | "Pose";
  /** Overlap of each detection with each label, for {@link DetectionMetrics}. @param labels in pixels of the file */
  overlaps(detections: D, sample: BatchSample, labels: LabeledObjects): Float32Array;
}

/**
 * Scores of objects that have a box and something more, such as a mask: those of the boxes, under `key` those of the same
 * detections matched by that, and as fitness the sum of both.
 */
export function scoredTwice<D extends Detections, K extends "mask" | "pose">(
  key: K,
  { letter, prefix, overlaps }: SecondScores<D>,
): Pick<Task<D, DetectionScores & Record<K, DetectionScores>>, "createMetrics" | "table" | "columns" | "plots"> {
  return {
    createMetrics(names, rules) {
      const boxes = detectionMetrics(names, rules);
      const others = detectionMetrics(names, rules);
      return {
        add(detections, sample) {
          const labels = labelsInFile(sample);
          boxes.add({ detections, labels });
          others.add({ detections, labels, overlaps: overlaps(detections, sample, labels) });
        },
        state: () => ({ ...prefixed("box", boxes.state()), ...prefixed(key, others.state()) }),
        merge(state) {
          boxes.merge(partOf("box", state));
          others.merge(partOf(key, state));
        },
        result() {
          const [box, other] = [detectionScores(boxes.result()), detectionScores(others.result())];
          const second = { [key]: other } as Record<K, DetectionScores>;
          return { ...box, ...second, fitness: box.fitness + other.fitness };
        },
      };
    },
    table: (scores) => scoreTable({ "box ": scores, [`${key} `]: scores[key] }),
    columns: (scores) => ({ ...scoreColumns("B", scores), ...scoreColumns(letter, scores?.[key]) }),
    plots: async (scores, names) => [
      ...(await confusionPlots(scores, names)),
      ...(await curvePlots("Box", scores)),
      ...(await curvePlots(prefix, scores[key])),
    ],
  };
}

function prefixed(part: string, state: MetricsState): MetricsState {
  return Object.fromEntries(Object.entries(state).map(([name, values]) => [`${part}.${name}`, values]));
}

function partOf(part: string, state: MetricsState): MetricsState {
  const own = Object.entries(state).filter(([name]) => name.startsWith(`${part}.`));
  return Object.fromEntries(own.map(([name, values]) => [name.slice(part.length + 1), values]));
}
