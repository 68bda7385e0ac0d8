import { describeGolden, expectClose, type GoldenTensor, goldenTensors } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { xyxyToXywh } from "../formats.ts";
import { nonMaxSuppression } from "./non-max-suppression.ts";
import type { Prediction } from "./prediction.ts";
import { rotatedNonMaxSuppression } from "./rotated-non-max-suppression.ts";

/** Anchors as rows of x, y, width, height and class probabilities. */
function prediction(rows: number[][], changes: Partial<Prediction> = {}): Prediction {
  const [first = []] = rows;
  const shape = [1, rows.length, first.length];
  return {
    data: Float32Array.from(rows.flat()),
    shape,
    layout: "NAC",
    hasObjectness: false,
    endToEnd: true,
    ...changes,
  };
}

/** Confidence in hundredths, class and anchor of each detection. */
function found(one: Prediction, options: Partial<Parameters<typeof nonMaxSuppression>[1]> = {}): string[] {
  const [{ count, scores, classes, anchors = [] }] = nonMaxSuppression(one, {
    conf: 0.25,
    iou: 0.7,
    maxDet: 300,
    ...options,
  }) as [ReturnType<typeof nonMaxSuppression>[number]];
  return Array.from({ length: count }, (_, i) => `${Math.round(100 * (scores[i] ?? 0))} ${classes[i]} ${anchors[i]}`);
}

const box = [50, 50, 20, 20];

describe("an end-to-end prediction", () => {
  const rows = [
    [...box, 0.9, 0.8],
    [...box, 0.1, 0.7],
    [...box, 0.6, 0.2],
    [...box, 0.02, 0.01],
  ];

  it("keeps equal boxes, and an anchor for several classes", () => {
    expect(found(prediction(rows))).toEqual(["90 0 0", "80 1 0", "70 1 1", "60 0 2"]);
    expect(found(prediction(rows, { endToEnd: false }))).toEqual(["90 0 0", "70 1 1"]);
  });

  it("agnostic, has the best class of each anchor", () => {
    expect(found(prediction(rows), { agnostic: true })).toEqual(["90 0 0", "70 1 1", "60 0 2"]);
  });

  it("chooses anchors by their best class before it chooses pairs", () => {
    expect(found(prediction(rows), { maxDet: 2 })).toEqual(["90 0 0", "80 1 0"]);
    // Of class 1 alone: with room for two, anchor 0 leaves none for others
    expect(found(prediction(rows), { maxDet: 2, classes: [1] })).toEqual(["80 1 0"]);
    expect(found(prediction(rows), { maxDet: 2, maxSelected: 300, classes: [1] })).toEqual(["80 1 0", "70 1 1"]);
    expect(found(prediction(rows), { maxDet: 1, maxSelected: 300, classes: [1] })).toEqual(["80 1 0"]);
  });

  it("has at most as many pairs as the network has anchors", () => {
    expect(found(prediction(rows.slice(0, 2)), { conf: 0.05 })).toEqual(["90 0 0", "80 1 0"]);
    const pruned = prediction(rows.slice(0, 2), { allAnchors: 3 });
    expect(found(pruned, { conf: 0.05 })).toEqual(["90 0 0", "80 1 0", "70 1 1"]);
  });

  it("must exceed the confidence, and is the same without the anchors that do not", () => {
    expect(found(prediction(rows), { conf: 0.7 })).toEqual(["90 0 0", "80 1 0"]);
    const pruned = prediction(rows.slice(0, 2), { anchors: Int32Array.of(0, 1), allAnchors: 4 });
    expect(found(pruned, { conf: 0.65 })).toEqual(found(prediction(rows), { conf: 0.65 }));
  });

  it("reads channels before anchors, objectness and extras", () => {
    const [a = [], b = []] = rows.map((row) => [...row.slice(0, 4), 0.5, ...row.slice(4), 7]);
    const data = Float32Array.from(a.flatMap((value, i) => [value, b[i] as number]));
    const one: Prediction = { data, shape: [1, 8, 2], layout: "NCA", hasObjectness: true, extras: 1, endToEnd: true };
    const [detections] = nonMaxSuppression(one, { conf: 0.25, iou: 0.7, maxDet: 300 });
    expect(found(one)).toEqual(["45 0 0", "40 1 0"]);
    expect([...(detections?.extras ?? [])]).toEqual([7, 7]);
  });

  it("may be of rotated boxes", () => {
    const one = prediction(
      [
        [...box, 0.9, 0.5],
        [...box, 0.8, 0.1],
      ],
      { extras: 1 },
    );
    const [detections] = rotatedNonMaxSuppression(one, { conf: 0.25, iou: 0.7, maxDet: 300 });
    expect([...(detections?.rotated ?? [])].map((value) => Math.round(10 * value) / 10)).toEqual([
      ...box,
      0.5,
      ...box,
      0.1,
    ]);
  });

  it("is empty where there are no anchors", () => {
    expect(found({ ...prediction([]), shape: [1, 0, 6] })).toEqual([]);
  });

  it("refuses a number of selected ones below 1", () => {
    expect(() => found(prediction(rows), { maxSelected: 0 })).toThrow("maxSelected of nonMaxSuppression must be");
  });
});

const cases = ["forward/yolo26_n/output", "forward/yolo26_m_c3k/output", "forward/yolov10_n/output", "e2e/forward"];

describeGolden("selection", [`families/${cases[0]}.safetensors`], () => {
  it.each(cases)("%s: the best 300, the best 20 and those without regard to classes", (name) => {
    const golden = goldenTensors(`families/${name}.safetensors`) as Record<string, GoldenTensor>;
    const { data, shape } = golden.one2one_decoded_xyxy as GoldenTensor;
    const [, channels = 0, anchors = 0] = shape;
    const rows = Array.from({ length: anchors }, (_, a) => {
      const row = Float32Array.from({ length: channels }, (__, c) => data[c * anchors + a] as number);
      return [...xyxyToXywh(row.subarray(0, 4)), ...row.subarray(4)];
    });
    for (const [key, maxDet, agnostic] of [
      ["top_300", 300, false],
      ["top_20", 20, false],
      ["top_20_agnostic", 20, true],
    ] as const) {
      const [detections] = nonMaxSuppression(prediction(rows), { conf: 0, iou: 1, maxDet, agnostic });
      const expected = golden[key]?.data as Float32Array;
      const column = (c: number): Float32Array => expected.filter((_, i) => i % 6 === c);
      expect(detections?.count).toBe(expected.length / 6);
      expectClose(detections?.scores ?? [], column(4), { abs: 1e-6 });
      expect([...(detections?.classes ?? [])]).toEqual([...column(5)]);
      expectClose(
        detections?.boxes ?? [],
        expected.filter((_, i) => i % 6 < 4),
        { abs: 1e-3 },
      );
    }
  });
});
