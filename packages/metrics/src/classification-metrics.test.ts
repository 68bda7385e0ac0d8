import { describeGolden, expectClose, goldenJson, goldenTensors } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { ClassificationMetrics, topClasses } from "./classification-metrics.ts";

describe.each([3, 10])("classification of %i classes", (nc) => {
  const folder = `tasks/metrics/classify_${nc}`;
  describeGolden("of YOLOv8", [`${folder}/batches.safetensors`, `${folder}/result.json`], () => {
    const tensors = goldenTensors(`${folder}/batches.safetensors`);
    const expected = goldenJson(`${folder}/result.json`);
    const batches = [0, 1, 2].map((batch) => {
      const [probs, ranked, targets] = ["probabilities", "ranked", "targets"].map(
        (name) => tensors[`${batch}.${name}`]!,
      );
      return {
        probs: probs!.data as Float32Array,
        ranked: Array.from(ranked!.data),
        targets: Array.from(targets!.data, Number),
      };
    });

    it("ranks classes", () => {
      for (const { probs, ranked, targets } of batches) {
        const found = targets.flatMap((_, i) => [...topClasses(probs.subarray(i * nc, (i + 1) * nc))]);
        expect(found).toEqual(ranked);
      }
    });

    it("has the same scores", () => {
      const metrics = new ClassificationMetrics({ names: Array.from({ length: nc }, (_, i) => `class ${i}`) });
      for (const { probs, targets } of batches) {
        targets.forEach((target, i) => {
          metrics.add(probs.subarray(i * nc, (i + 1) * nc), target);
        });
      }
      const merged = new ClassificationMetrics({ names: Array.from({ length: nc }, (_, i) => `class ${i}`) });
      for (const one of [metrics, metrics]) merged.merge(one.state());
      expect(merged.result()).toMatchObject({ images: 42, top1: metrics.result().top1 });
      const { top1, top5, fitness, confusion, images, perClass } = metrics.result();
      expectClose([top1, top5, fitness], [expected.top1, expected.top5, expected.fitness], { abs: 1e-6 });
      const rows = Array.from({ length: nc }, (_, i) => Array.from({ length: nc }, (_, k) => confusion.at(i, k)));
      expect(rows).toEqual(expected.confusion_matrix_rows_predicted);
      expect(confusion.size).toBe(nc + 1);
      expect(images).toBe(21);
      expect(perClass.reduce((sum, one) => sum + one.top1 * one.images, 0) / images).toBeCloseTo(top1, 9);
    });
  });
});

describe("ClassificationMetrics", () => {
  it("counts by class, and has no scores without images", () => {
    const metrics = new ClassificationMetrics({ names: ["cat", "dog", "bird"] });
    expect(metrics.result()).toMatchObject({ images: 0, top1: 0, top5: 0, fitness: 0, perClass: [] });
    metrics.add(Float32Array.of(0.5, 0.3, 0.2), 1);
    metrics.add(Float32Array.of(0.1, 0.7, 0.2), 1);
    expect(metrics.result()).toMatchObject({
      images: 2,
      top1: 0.5,
      top5: 1,
      fitness: 0.75,
      perClass: [{ class: 1, name: "dog", images: 2, top1: 0.5, top5: 1 }],
    });
  });

  it("refuses what does not fit its classes", () => {
    expect(() => new ClassificationMetrics({ names: [] })).toThrow("at least one class");
    const metrics = new ClassificationMetrics({ names: ["cat", "dog"] });
    expect(() => metrics.add(new Float32Array(3), 0)).toThrow("probs has 3 numbers, but there are 2 classes");
    expect(() => metrics.add(new Float32Array(2), 2)).toThrow(
      "An image is of class 2, but there are 2 classes, 0 to 1",
    );
  });
});
