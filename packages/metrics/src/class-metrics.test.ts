import { Random } from "@lookonce/random";
import { describe, expect, it } from "vitest";
import { averagePrecision } from "./average-precision.ts";
import { classMetrics } from "./class-metrics.ts";
import { interpolate } from "./interpolate.ts";
import { smooth } from "./smooth.ts";

describe("averagePrecision", () => {
  it("is 0.995 for a perfect detector, as the last of 101 samples is 0", () => {
    expect(averagePrecision([0.5, 1], [1, 1]).ap).toBeCloseTo(0.995, 12);
  });

  it("is 0 when nothing is right, and uses the highest precision to the right", () => {
    expect(averagePrecision([0, 0], [0, 0]).ap).toBe(0);
    expect(Array.from(averagePrecision([0, 0.5, 1], [0, 0.5, 0.6]).envelope)).toEqual([1, 0.6, 0.6, 0.6, 0]);
  });

  it("copes with more points than a call has arguments", () => {
    const many = new Float64Array(300_000).fill(1);
    expect(averagePrecision(many, many).ap).toBeGreaterThan(0.99);
  });
});

describe("interpolate", () => {
  it("goes through its points, level before and after them", () => {
    const curve = { x: [1, 2, 2, 4], y: [10, 20, 30, 50] };
    expect(Array.from(interpolate([0, 1, 1.5, 2, 3, 4, 5], curve, -7))).toEqual([-7, 10, 15, 30, 40, 50, 50]);
  });
});

describe("smooth", () => {
  it("leaves a level curve alone and averages an odd window", () => {
    expect(Array.from(smooth(new Float64Array(20).fill(3), 0.1))).toEqual(new Array(20).fill(3));
    // 20 values and a share of 0.1 make a window of 3.
    const peak = new Float64Array(20);
    peak[10] = 3;
    expect(Array.from(smooth(peak, 0.1)).slice(8, 13)).toEqual([0, 1, 1, 1, 0]);
    peak.fill(0);
    peak[0] = 3;
    expect(Array.from(smooth(peak, 0.1)).slice(0, 3)).toEqual([2, 1, 0]);
  });
});

describe("classMetrics", () => {
  const upTo = (count: number): number[] => Array.from({ length: 10 }, (_, t) => (t < count ? 1 : 0));

  it("scores two of three found with one false alarm", () => {
    const { perClass, confidence } = classMetrics({
      correct: Uint8Array.from([...upTo(10), ...upTo(0), ...upTo(5)]),
      scores: Float32Array.of(0.9, 0.5, 0.7),
      predictedClasses: [2, 2, 2],
      labelClasses: [2, 2, 2],
    });
    const [one] = perClass;
    expect([one!.class, one!.labels, one!.detections]).toEqual([2, 3, 3]);
    // Below 0.5 precision is 2/3, from 0.5 to 0.7 it runs up to 1 with recall 2/3: F1 is highest there.
    expect(confidence).toBeGreaterThan(0.5);
    expect(confidence).toBeLessThanOrEqual(0.7);
    expect(one!.recall).toBeCloseTo(2 / 3, 6);
    expect([one!.truePositives, one!.ap[5]! < one!.ap[0]!]).toEqual([2, true]);
    // Precision 1 up to a recall of 2/3, then a line from 2/3, the last detection's, to 0 at recall 1.
    expect(one!.ap[0]).toBeCloseTo(2 / 3 + (1 / 3) * (2 / 3 / 2), 2);
    // The same where only the first of three is right.
    expect(one!.ap[9]).toBeCloseTo(1 / 3 + (2 / 3) * (1 / 3 / 2), 2);
  });

  it("returns nothing without labels, zeros without detections", () => {
    const none = { correct: new Uint8Array(0), scores: new Float32Array(0), predictedClasses: [] };
    expect(classMetrics({ ...none, labelClasses: [] }).perClass).toEqual([]);
    const [one] = classMetrics({ ...none, labelClasses: [4] }).perClass;
    const { precision, recall, f1, truePositives, falsePositives } = one!;
    expect([precision, recall, f1, truePositives, falsePositives, ...one!.ap]).toEqual(new Array(15).fill(0));
    const stray = classMetrics({
      correct: new Uint8Array(10),
      scores: Float32Array.of(0.5),
      predictedClasses: [1],
      labelClasses: [],
    });
    expect(stray.perClass).toEqual([]);
  });

  it("does not depend on the order of detections with distinct scores", () => {
    const rng = new Random("metrics");
    const count = 200;
    const flags = Array.from({ length: count }, () => upTo(rng.integer(0, 11)));
    const scores = Array.from({ length: count }, () => rng.uniform());
    const classes = Array.from({ length: count }, () => rng.integer(0, 4));
    const labelClasses = Array.from({ length: 300 }, () => rng.integer(0, 4));
    const inOrder = (order: number[]): ReturnType<typeof classMetrics> =>
      classMetrics({
        correct: Uint8Array.from(order.flatMap((i) => flags[i]!)),
        scores: Float32Array.from(order, (i) => scores[i]!),
        predictedClasses: order.map((i) => classes[i]!),
        labelClasses,
      });
    const plain = inOrder(Array.from({ length: count }, (_, i) => i));
    expect(inOrder(rng.permutation(count))).toEqual(plain);
    for (const one of plain.perClass) {
      for (const value of [...one.ap, one.precision, one.recall, one.f1]) {
        expect(value).toBeGreaterThan(0);
        expect(value).toBeLessThanOrEqual(1);
      }
      expect(Array.from(one.ap)).toEqual(Array.from(one.ap).sort((a, b) => b - a));
    }
  });

  it("refuses arrays that do not fit", () => {
    const matched = { correct: new Uint8Array(15), scores: new Float32Array(2), predictedClasses: [0, 0] };
    expect(() => classMetrics({ ...matched, labelClasses: [] })).toThrow(/2 scores, 2 classes, 15 match flags/);
    expect(() =>
      classMetrics({ ...matched, correct: new Uint8Array(20), predictedClasses: [], labelClasses: [] }),
    ).toThrow(expect.objectContaining({ code: "ARGUMENT" }));
  });
});
