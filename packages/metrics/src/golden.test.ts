import { readFileSync } from "node:fs";
import { clipBoxes, iouMatrix, makeDetections, normalizedXywhToXyxy } from "@lookonce/geometry";
import { describeGolden, describeShared, expectClose, goldenJson, goldenTensors, sharedPath } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { averagePrecision } from "./average-precision.ts";
import { CONFIDENCES, classMetrics, type MetricsByClass } from "./class-metrics.ts";
import { ConfusionMatrix } from "./confusion-matrix.ts";
import { evaluateDetections } from "./detection-metrics.ts";
import { fitness } from "./fitness.ts";
import type { EvaluatedImage, LabeledObjects } from "./image.ts";
import { IOU_THRESHOLDS, matchDetections, type RuleSet } from "./match-detections.ts";

const exact = { abs: 1e-6 };

/** The columns of row-major data. */
function columns(data: ArrayLike<number>, width: number): number[][] {
  return Array.from({ length: width }, (_, c) =>
    Array.from({ length: data.length / width }, (_, i) => data[i * width + c]!),
  );
}

/** The first four of each row. */
function boxesOf(data: ArrayLike<number>, width: number, first = 0): number[] {
  return Array.from(data).filter((_, i) => i % width >= first && i % width < first + 4);
}

function expectClasses(actual: MetricsByClass, expected: Record<string, number[] & number[][]>): void {
  const of = (key: "class" | "precision" | "recall" | "f1" | "truePositives" | "falsePositives"): number[] =>
    actual.perClass.map((one) => one[key]);
  expect(of("class")).toEqual(expected.classes);
  expect(of("truePositives")).toEqual(expected.tp);
  expect(of("falsePositives")).toEqual(expected.fp);
  expectClose(of("precision"), expected.p ?? expected.precision!, exact);
  expectClose(of("recall"), expected.r ?? expected.recall!, exact);
  expectClose(of("f1"), expected.f1!, exact);
  actual.perClass.forEach((one, i) => {
    expectClose(one.ap, expected.ap![i] as number[], exact);
  });
}

const apFiles = ["v8/val/ap_input.safetensors", "v8/val/ap_output.json", "v8/val/ap_curves.safetensors"];

describeGolden("average precision of YOLOv8", apFiles, () => {
  const input = goldenTensors("v8/val/ap_input.safetensors");
  const result = classMetrics({
    correct: Uint8Array.from(input.tp!.data),
    scores: input.conf!.data as Float32Array,
    predictedClasses: input.pred_cls!.data,
    labelClasses: input.target_cls!.data,
  });

  it("per class", () => {
    expectClasses(result, goldenJson("v8/val/ap_output.json"));
  });

  it("curves", () => {
    const expected = goldenTensors("v8/val/ap_curves.safetensors");
    expectClose(CONFIDENCES, expected.x!.data, exact);
    const flat = (name: "precision" | "recall" | "f1"): number[] =>
      result.perClass.flatMap((one) => Array.from(one.curves[name]));
    expectClose(flat("precision"), expected.p_curve!.data, exact);
    expectClose(flat("recall"), expected.r_curve!.data, exact);
    expectClose(flat("f1"), expected.f1_curve!.data, exact);
    const detected = result.perClass.filter((one) => one.detections > 0);
    expectClose(
      detected.flatMap((one) => Array.from(one.curves.precisionAtRecall)),
      expected.precision_at_recall!.data,
      exact,
    );
  });
});

describeGolden("metrics of YOLOv8's validation", ["v8/val/detections.safetensors", "v8/val/metrics.json"], () => {
  it("follow from its detections", () => {
    const tensors = goldenTensors("v8/val/detections.safetensors");
    const expected = goldenJson("v8/val/metrics.json");
    const rows = columns(tensors.rows!.data, 6);
    const { perClass } = classMetrics({
      correct: Uint8Array.from(tensors.true_positive!.data),
      scores: Float32Array.from(rows[4]!),
      predictedClasses: rows[5]!,
      labelClasses: tensors.target_cls!.data,
    });
    expect(perClass.length).toBe(expected.classes_present);
    for (const one of perClass) {
      const wanted = expected.per_class[one.class];
      expect(one.labels).toBe(wanted.labels);
      expectClose([one.precision, one.recall, one.f1], [wanted.p, wanted.r, wanted.f1], exact);
      expectClose(one.ap, wanted.all_ap, exact);
    }
  });
});

/** Width and height from the frame header of a JPEG file. */
function jpegSize(path: string): { width: number; height: number } {
  const bytes = readFileSync(path);
  for (let at = 2; at < bytes.length; at += 2 + bytes.readUInt16BE(at + 2)) {
    const marker = bytes[at + 1]!;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
  }
  throw new Error(`${path} has no frame header`);
}

/**
 * The size that labels see: images are resized to whole pixels (ceil) with the longer side 640, and both labels and
 * detections come back from there by the height's ratio alone, which stretches the width by up to a pixel.
 */
function roundTripSize({ width, height }: { width: number; height: number }): { width: number; height: number } {
  const ratio = 640 / Math.max(width, height);
  const [networkWidth, networkHeight] = [width, height].map((side) => Math.min(Math.ceil(side * ratio), 640));
  return { width: (networkWidth! * height) / networkHeight!, height };
}

function labelsOf(image: string): LabeledObjects {
  const text = readFileSync(sharedPath(`data/coco128/labels/val2017/${image.replace(".jpg", ".txt")}`), "utf8");
  const numbers = text.trim().split(/\s+/).filter(Boolean).map(Number);
  const size = jpegSize(sharedPath(`data/coco128/images/val2017/${image}`));
  const boxes = normalizedXywhToXyxy(boxesOf(numbers, 5, 1), roundTripSize(size));
  return { classes: columns(numbers, 5)[0]!, boxes: clipBoxes(boxes, size) };
}

const validation = ["val/detections.safetensors", "val/metrics.json", "val/confusion_matrix.json", "val/batches.json"];
const needs = [...validation.map((file) => `golden/v8/${file}`), "data/coco128/labels/val2017"];

describeShared("YOLOv8's detections against the images' labels", needs, () => {
  const tensors = goldenTensors("v8/val/detections.safetensors");
  const { pictures_in_order: names } /* vocabulary-allow: pictures */ = goldenJson("v8/val/batches.json") as {
    pictures_in_order: string[];
  };
  const rows = columns(tensors.rows!.data, 6);
  const boxes = boxesOf(tensors.rows!.data, 6);
  const owner = Array.from(tensors.picture!.data); // vocabulary-allow: picture
  const images: EvaluatedImage[] = names.map((name, image) => {
    const [from, to] = [owner.indexOf(image), owner.lastIndexOf(image) + 1];
    return {
      detections: makeDetections(boxes.slice(from * 4, to * 4), rows[4]!.slice(from, to), rows[5]!.slice(from, to)),
      labels: labelsOf(name),
    };
  });

  it("have the same true positives", () => {
    const correct = images.flatMap(({ detections, labels }) => Array.from(matchDetections(detections, labels)));
    const expected = Array.from(tensors.true_positive!.data);
    expect(correct.length).toBe(expected.length);
    expect(correct.filter((flag, i) => flag !== expected[i]).length).toBe(0);
  });

  it("have the same scores and confusion", () => {
    const result = evaluateDetections(images, { nc: 80 });
    const expected = goldenJson("v8/val/metrics.json");
    expect(result.images).toBe(expected.pictures); // vocabulary-allow: pictures
    expect(result.instances).toBe(expected.labels);
    expectClose(
      [result.precision, result.recall, result.map50, result.map75, result.map50_95, result.fitness],
      [expected.mp, expected.mr, expected.map50, expected.map75, expected.map50_95, expected.fitness],
      exact,
    );
    for (const one of result.perClass) {
      const wanted = expected.per_class[one.class];
      expect([one.images, one.instances]).toEqual([wanted.pictures, wanted.labels]); // vocabulary-allow: pictures
      expectClose([one.ap50, one.ap], [wanted.ap50, wanted.ap], exact);
    }
    const entries: number[][] = goldenJson("v8/val/confusion_matrix.json").entries_row_column_count;
    for (const [row, column, count] of entries) expect(result.confusion.at(row!, column!)).toBe(count);
    const total = entries.reduce((sum, entry) => sum + entry[2]!, 0);
    expect(result.confusion.counts.reduce((sum, count) => sum + count, 0)).toBe(total);
  });
});

const releases: { file: string; rules: RuleSet }[] = [
  { file: "synthetic", rules: "7.0" },
  { file: "synthetic_v61", rules: "6.1" },
];

describe.each(releases)("YOLOv5 $rules", ({ file, rules }) => {
  describeGolden("metrics", [`v5/val/${file}.json`, `v5/val/${file}.safetensors`], () => {
    const json = goldenJson(`v5/val/${file}.json`);
    const tensors = goldenTensors(`v5/val/${file}.safetensors`);
    const images: EvaluatedImage[] = Array.from({ length: json.images }, (_, i) => {
      const found = tensors[`image${i}.detections`]!.data;
      const labels = tensors[`image${i}.labels`]!.data;
      return {
        detections: makeDetections(boxesOf(found, 6), columns(found, 6)[4]!, columns(found, 6)[5]!),
        labels: { boxes: boxesOf(labels, 5, 1), classes: columns(labels, 5)[0]! },
      };
    });

    it("matching", () => {
      expect(Array.from(IOU_THRESHOLDS)).toEqual(Array.from(tensors.iou_thresholds!.data));
      images.forEach(({ detections, labels }, i) => {
        const expected = Array.from(tensors[`image${i}.correct`]!.data);
        expect(Array.from(matchDetections(detections, labels, { rules }))).toEqual(expected);
      });
      const { labels, detections } = images[0]!;
      expectClose(iouMatrix(labels.boxes, detections.boxes), tensors["image0.box_iou"]!.data, { abs: 1e-5 });
    });

    it("confusion matrix", () => {
      const confusion = new ConfusionMatrix(json.classes, { conf: json.confusion.conf, iou: json.confusion.iou });
      for (const image of images) confusion.add(image);
      expect(Array.from(confusion.counts)).toEqual(json.confusion.matrix.flat());
    });

    it("average precision", () => {
      const correct = Uint8Array.from(tensors["ap.tp"]!.data);
      const scores = tensors["ap.conf"]!.data as Float32Array;
      const [predictedClasses, labelClasses] = [tensors["ap.predicted_class"]!.data, tensors["ap.label_class"]!.data];
      expectClasses(classMetrics({ correct, scores, predictedClasses, labelClasses }, { rules }), json.ap_per_class);
    });

    it("average precision with classes only predicted and only labeled", () => {
      const correct = Uint8Array.from(tensors["ap.tp"]!.data);
      const scores = tensors["ap.conf"]!.data as Float32Array;
      const predictedClasses = tensors["ap_stray.predicted_class"]!.data;
      const labelClasses = tensors["ap_stray.label_class"]!.data;
      const actual = classMetrics({ correct, scores, predictedClasses, labelClasses }, { rules });
      expectClasses(actual, json.ap_per_class_stray);
    });

    it("one curve", () => {
      const { recall, precision, ap, precision_envelope } = json.compute_ap;
      const actual = averagePrecision(recall, precision);
      expectClose([actual.ap], [ap], exact);
      expectClose(actual.envelope, precision_envelope, exact);
    });

    it("fitness", () => {
      const actual = json.fitness.rows.map((row: number[]) => fitness({ map50: row[2]!, map50_95: row[3]! }));
      expectClose(actual, json.fitness.values, exact);
    });
  });
});
