import { makeDetections } from "@lookonce/geometry";
import { describe, expect, it } from "vitest";
import { DetectionMetrics, evaluateDetections } from "./detection-metrics.ts";
import type { EvaluatedImage } from "./image.ts";

const names = ["cat", "dog"];
const left = [0, 0, 10, 10];
const right = [20, 0, 30, 10];

function image(found: [box: number[], label: number, score: number][], labels: [number[], number][]): EvaluatedImage {
  return {
    detections: makeDetections(
      found.flatMap(([box]) => box),
      found.map(([, , score]) => score),
      found.map(([, label]) => label),
    ),
    labels: { boxes: labels.flatMap(([box]) => box), classes: labels.map(([, label]) => label) },
  };
}

const empty = image([], []);

/** Every number in the result. */
function numbersOf(value: unknown): number[] {
  if (typeof value === "number") return [value];
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>);
  return value !== null && typeof value === "object" ? Object.values(value).flatMap(numbersOf) : [];
}

describe("DetectionMetrics", () => {
  it("scores merged states to the same bits as all images at once, equal confidences included", () => {
    const images = [
      [left, 0, 0.9],
      [right, 1, 0.8],
      [left, 1, 0.8],
      [right, 0, 0.8],
      [left, 0, 0.1],
    ].map(
      ([box, label, score], i) => image([[box as number[], label as number, score as number]], [[i % 3 === 0 ? left : right, i % 2]]), // biome-ignore format: one line
    );
    const whole = evaluateDetections([...images, empty], { names });
    const merged = new DetectionMetrics({ names });
    for (const some of [images.slice(0, 2), [], [...images.slice(2), empty]]) {
      const part = new DetectionMetrics({ names });
      for (const one of some) part.add(one);
      merged.merge(part.state());
    }
    expect(merged.result()).toEqual(whole);
    expect(whole.map50).toBeGreaterThan(0.1);
    const other = new DetectionMetrics({ nc: 3 });
    expect(() => merged.merge(other.state())).toThrow("3 counts where 2 are expected");
  });

  it("scores a detector that finds everything", () => {
    const result = evaluateDetections(
      [
        image([[left, 0, 0.9]], [[left, 0]]),
        image(
          [
            [right, 1, 0.8],
            [left, 0, 0.7],
          ],
          [
            [left, 0],
            [right, 1],
          ],
        ),
        empty,
      ],
      { names },
    );
    expect([result.images, result.instances]).toEqual([3, 3]);
    expect(result.map50).toBeCloseTo(0.995, 9);
    expect(result.map50_95).toBeCloseTo(0.995, 9);
    expect(result.fitness).toBeCloseTo(0.995, 9);
    expect([result.precision, result.recall, result.f1]).toEqual([1, 1, 1]);
    expect(result.perClass.map(({ name, images, instances }) => [name, images, instances])).toEqual([
      ["cat", 2, 2],
      ["dog", 1, 1],
    ]);
    expect(Array.from(result.confusion.counts)).toEqual([2, 0, 0, 0, 1, 0, 0, 0, 0]);
  });

  it("counts confusions, misses and false alarms", () => {
    const { confusion } = evaluateDetections(
      [
        image(
          [
            [left, 1, 0.9],
            [[50, 50, 60, 60], 0, 0.6],
            [right, 0, 0.2],
          ],
          [
            [left, 0],
            [right, 0],
          ],
        ),
        image([[left, 1, 0.3]], []),
        image([], [[left, 1]]),
      ],
      { names },
    );
    expect(confusion.at(1, 0)).toBe(1);
    expect(confusion.at(0, 2)).toBe(1);
    expect(confusion.at(2, 0)).toBe(1);
    expect(confusion.at(1, 2)).toBe(1);
    expect(confusion.at(2, 1)).toBe(1);
    expect(confusion.counts.reduce((sum, count) => sum + count, 0)).toBe(5);
  });

  it("matches a label with the detection that overlaps it most in the confusion matrix", () => {
    const loose = [0, 0, 10, 6];
    const { confusion } = evaluateDetections(
      [
        image(
          [
            [loose, 1, 0.9],
            [left, 0, 0.5],
          ],
          [[left, 0]],
        ),
      ],
      { names },
    );
    expect([confusion.at(0, 0), confusion.at(1, 2), confusion.at(1, 0)]).toEqual([1, 1, 0]);
  });

  it("by the rules of 8.4 matches labels with the most confident detections that overlap them enough", () => {
    const loose = [0, 0, 10, 6];
    const found = image([[loose, 1, 0.9], [left, 0, 0.5], [left, 1, 0.4]], [[left, 0]]); // biome-ignore format: one line
    const { confusion } = evaluateDetections([found], { names, rules: "8.4" });
    expect([confusion.at(1, 0), confusion.at(0, 2), confusion.at(1, 2)]).toEqual([1, 1, 1]);
  });

  it("weighs average precisions as it was asked to", () => {
    const images = [image([[[0, 0, 10, 6], 0, 0.9]], [[left, 0]])];
    const { map50, map50_95, fitness } = evaluateDetections(images, { names });
    expect(map50).toBeGreaterThan(2 * map50_95);
    expect(fitness).toBeCloseTo(0.1 * map50 + 0.9 * map50_95, 12);
    const strict = evaluateDetections(images, { names, fitness: { map50: 0, map50_95: 1 } });
    expect(strict.fitness).toBe(map50_95);
  });

  it.each<[string, EvaluatedImage[]]>([
    ["no image", []],
    ["empty images", [empty, empty]],
    ["labels only", [image([], [[left, 0]])]],
    ["detections only", [image([[left, 0, 0.9]], [])]],
    ["nothing right", [image([[left, 0, 0.9]], [[right, 1]])]],
  ])("returns zeros, never NaN: %s", (_, images) => {
    const result = evaluateDetections(images, { names });
    expect([result.map50, result.map75, result.map50_95, result.fitness, result.recall, result.f1]).toEqual([
      0, 0, 0, 0, 0, 0,
    ]);
    expect(result.precision).toBe(0);
    expect(numbersOf(result).every(Number.isFinite)).toBe(true);
  });

  it("works with one class, without names, and after a result was read", () => {
    const metrics = new DetectionMetrics({ nc: 1 });
    metrics.add(image([], [[left, 0]]));
    expect(metrics.result().map50).toBe(0);
    metrics.add(image([[left, 0, 0.9]], [[left, 0]]));
    const result = metrics.result();
    expect(result.perClass[0]).toMatchObject({ class: 0, name: "0", images: 2, instances: 2 });
    expect(result.map50).toBeGreaterThan(0.5);
  });

  it("passes thresholds on to the confusion matrix", () => {
    const unsure = image([[left, 0, 0.2]], [[left, 0]]);
    const seen = evaluateDetections([unsure], { names, confusion: { conf: 0.1 } }).confusion;
    expect([seen.at(0, 0), evaluateDetections([unsure], { names }).confusion.at(0, 0)]).toEqual([1, 0]);
  });
});

describe("DetectionMetrics refuses", () => {
  const metrics = new DetectionMetrics({ names });
  const good = image([[left, 0, 0.9]], [[left, 0]]);

  it("no classes", () => {
    expect(() => new DetectionMetrics({})).toThrow(/at least one class, but nc is 0/);
    expect(() => new DetectionMetrics({ nc: 1.5 })).toThrow(expect.objectContaining({ code: "ARGUMENT" }));
  });

  it.each<[string, EvaluatedImage, string, RegExp]>([
    ["a label out of range", image([], [[left, 2]]), "DATA", /labels.classes\[0\] is 2.*2 classes, 0 to 1/],
    ["a class that is no whole number", image([[left, 0, 1]], [[left, 0.5]]), "DATA", /labels.classes\[0\] is 0.5/],
    ["a detection out of range", image([[left, 2, 1]], []), "DATA", /detections.classes\[0\] is 2/],
    ["boxes that are missing", { ...good, labels: { boxes: [], classes: [0] } }, "ARGUMENT", /1 classes but 0 numbers/],
    [
      "scores that are missing",
      { ...good, detections: { ...good.detections, scores: new Float32Array(0) } },
      "ARGUMENT",
      /1 classes but 0 scores/,
    ],
  ])("%s, and counts nothing of it", (_, bad, code, message) => {
    expect(() => metrics.add(bad)).toThrow(message);
    expect(() => metrics.add(bad)).toThrow(expect.objectContaining({ code }));
    expect(metrics.result().images).toBe(0);
  });
});
