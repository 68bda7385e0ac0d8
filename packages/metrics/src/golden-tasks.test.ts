import {
  keypointSigmas,
  makeDetections,
  maskIouMatrix,
  masksOfBitmaps,
  masksOfMap,
  resizeMasks,
} from "@lookonce/geometry";
import { describeGolden, expectClose, type GoldenTensor, goldenJson, goldenTensors } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { DetectionMetrics, type DetectionResult } from "./detection-metrics.ts";
import type { EvaluatedImage } from "./image.ts";
import { keypointSimilarity } from "./keypoint-similarity.ts";
import { matchDetections } from "./match-detections.ts";

const exact = { abs: 1e-6 };

function casePaths(name: string): string[] {
  return ["pictures.safetensors", "result.json"].map((file) => `tasks/metrics/${name}/${file}`); // vocabulary-allow: pictures
}

type Pick = (key: string) => GoldenTensor;

/** The images of a case: what `of` returns for each, from its tensors. */
function imagesOf<T>(name: string, of: (pick: Pick) => T): T[] {
  const [tensorFile = "", jsonFile = ""] = casePaths(name);
  const tensors = goldenTensors(tensorFile);
  const { pictures: count } = goldenJson(jsonFile); // vocabulary-allow: pictures
  return Array.from({ length: count }, (_, i) => of((key) => tensors[`${i}.${key}`]!));
}

function boxesOf(pick: Pick): EvaluatedImage {
  return {
    detections: makeDetections(pick("pred_boxes").data, pick("pred_conf").data, pick("pred_cls").data),
    labels: { boxes: pick("gt_boxes").data, classes: pick("gt_cls").data },
  };
}

/** [rows, columns] as [columns, rows]. */
function transposed({ data, shape }: GoldenTensor): number[] {
  const [rows = 0, columns = 0] = shape;
  return Array.from({ length: rows * columns }, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!);
}

function maskImage(pick: Pick, overlap: boolean): EvaluatedImage {
  const image = boxesOf(pick);
  const [predicted, labeled] = [pick("pred_masks"), pick("gt_masks")];
  const sizeOf = ({ shape }: GoldenTensor) => ({ height: shape[1]!, width: shape[2]! });
  const labels = overlap
    ? masksOfMap(labeled.data, sizeOf(labeled), image.labels.classes.length)
    : masksOfBitmaps(Uint8Array.from(labeled.data), sizeOf(labeled));
  const masks = masksOfBitmaps(Uint8Array.from(predicted.data), sizeOf(predicted));
  return { ...image, overlaps: maskIouMatrix(masks, resizeMasks(labels, masks)) };
}

function expectScores(result: DetectionResult, expected: Record<string, number[]> & Record<string, number>): void {
  const { precision, recall, map50, map75, map50_95 } = result;
  const { mp, mr, map50: wanted50, map75: wanted75, map } = expected;
  expectClose([precision, recall, map50, map75, map50_95], [mp!, mr!, wanted50!, wanted75!, map!], exact);
  for (const [key, values] of [
    ["p", "precision"],
    ["r", "recall"],
    ["f1", "f1"],
    ["ap50", "ap50"],
    ["ap", "ap"],
  ] as const) {
    expectClose(
      result.perClass.map((one) => one[values]),
      expected[key]!,
      exact,
    );
  }
}

function scoresOf(images: readonly EvaluatedImage[], nc: number): DetectionResult {
  const metrics = new DetectionMetrics({ nc });
  for (const image of images) metrics.add(image);
  return metrics.result();
}

describe.each(["segment_overlap", "segment_separate"])("metrics of masks: %s", (name) => {
  describeGolden("the golden case", casePaths(name), () => {
    const json = goldenJson(casePaths(name)[1] as string);

    it("overlaps, true positives and scores", () => {
      const images = imagesOf(name, (pick) => {
        const image = maskImage(pick, json.overlap_mask);
        const { detections, labels, overlaps } = image;
        if (detections.count > 0 && labels.classes.length > 0) {
          expectClose(overlaps as Float32Array, transposed(pick("mask_iou")), { abs: 1e-6 });
        }
        expect([...matchDetections(detections, labels, { overlaps })]).toEqual([...pick("tp_m").data]);
        expect([...matchDetections(detections, labels)]).toEqual([...pick("tp").data]);
        return image;
      });
      const [box, mask] = [images.map(({ overlaps: _, ...image }) => image), images].map((some) =>
        scoresOf(some, json.nc),
      );
      expectScores(box as DetectionResult, json.box);
      expectScores(mask as DetectionResult, json.seg);
      expectClose([(box?.fitness ?? 0) + (mask?.fitness ?? 0)], [json.fitness], exact);
    });
  });
});

describe.each(["pose_17", "pose_4"])("metrics of keypoints: %s", (name) => {
  describeGolden("the golden case", casePaths(name), () => {
    const json = goldenJson(casePaths(name)[1] as string);

    it("similarities, true positives and scores", () => {
      const sigmas = keypointSigmas([json.points, 3]);
      expectClose(sigmas, json.sigmas, { abs: 1e-7 });
      const images = imagesOf(name, (pick) => {
        const image = boxesOf(pick);
        const boxes = pick("gt_boxes").data;
        const side = (i: number, from: number): number => boxes[4 * i + from + 2]! - boxes[4 * i + from]!;
        const areas = Array.from({ length: boxes.length / 4 }, (_, i) => 0.53 * side(i, 0) * side(i, 1));
        const predicted = Float32Array.from(pick("pred_keypoints").data);
        const labeled = Float32Array.from(pick("gt_keypoints").data);
        const overlaps = keypointSimilarity({ predicted, values: 3, labeled, areas, sigmas });
        if (overlaps.length > 0) expectClose(overlaps, transposed(pick("oks")), { abs: 1e-5 });
        const { detections, labels } = image;
        expect([...matchDetections(detections, labels, { overlaps })]).toEqual([...pick("tp_p").data]);
        return { ...image, overlaps };
      });
      const box = scoresOf(
        images.map(({ overlaps: _, ...image }) => image),
        json.nc,
      );
      const pose = scoresOf(images, json.nc);
      expectScores(box, json.box);
      expectScores(pose, json.pose);
      expectClose([box.fitness + pose.fitness], [json.fitness], exact);
    });
  });
});

describeGolden("similarity of keypoints", ["tasks/pieces/keypoints.safetensors"], () => {
  const tensors = goldenTensors("tasks/pieces/keypoints.safetensors");

  it.each([17, 4])("of %i points", (points) => {
    const similarities = keypointSimilarity({
      predicted: Float32Array.from(tensors[`${points}.pred`]!.data),
      values: 3,
      labeled: Float32Array.from(tensors[`${points}.gt`]!.data),
      areas: tensors[`${points}.area`]!.data,
      sigmas: keypointSigmas([points, 3]),
    });
    expectClose(similarities, transposed(tensors[`${points}.oks`]!), { abs: 1e-5 });
  });
});

describe("keypointSimilarity", () => {
  const sigmas = Float32Array.of(0.5, 0.5);

  it("is 1 for equal points, 0 for labels without points, and leaves unlabeled points out", () => {
    const labeled = Float32Array.of(1, 2, 2, 9, 9, 0, 0, 0, 0, 0, 0, 0);
    const predicted = Float32Array.of(1, 2, 50, 60);
    const [same, none] = keypointSimilarity({ predicted, values: 2, labeled, areas: [4, 4], sigmas });
    expect(same).toBeCloseTo(1, 5);
    expect(none).toBe(0);
  });

  it("is empty without detections or labels", () => {
    const empty = new Float32Array(0);
    expect(keypointSimilarity({ predicted: empty, values: 3, labeled: empty, areas: [], sigmas })).toEqual(empty);
  });
});
