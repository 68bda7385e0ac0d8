import { Random } from "@lookonce/random";
import { describeGolden, expectClose, goldenJson, goldenTensors } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { type AnchorSize, anchorFit } from "./anchor-fit.ts";
import { fitAnchors, refineAnchors } from "./fit-anchors.ts";
import { kMeans } from "./k-means.ts";
import { labelSizes, type SizedImage, withoutTiny } from "./label-sizes.ts";

const files = ["v5/autoanchor/autoanchor.json", "v5/autoanchor/autoanchor.safetensors"];

interface GoldenCheck {
  anchors_pixels: AnchorSize[];
  anchor_t: number;
  best_possible_recall: number;
  anchors_above_threshold: number;
}

interface GoldenScores {
  fitness: number;
  best_possible_recall: number;
  anchors_above_threshold: number;
}

interface GoldenFit {
  n: number;
  anchor_t: number;
  generations: number;
  standard_deviation: [number, number];
  kmeans_distortion: number;
  anchors: AnchorSize[];
  anchors_after_kmeans: AnchorSize[];
  after_kmeans: GoldenScores;
  after_evolution: GoldenScores;
}

/** The labels of coco128, an image each. */
function goldenImages(): SizedImage[] {
  const tensors = goldenTensors(files[1] as string);
  const labels = tensors.labels?.data as Float32Array;
  // vocabulary-allow: picture, a key of the golden file
  const sizes = tensors.picture_wh?.data as Float32Array;
  const boxes: number[][] = Array.from({ length: sizes.length / 2 }, () => []);
  for (let row = 0; row < labels.length; row += 6)
    boxes[labels[row] as number]?.push(...labels.slice(row + 2, row + 6));
  return boxes.map((rows, i) => ({
    ...{ width: sizes[2 * i] as number, height: sizes[2 * i + 1] as number, boxes: Float32Array.from(rows) },
  }));
}

describeGolden("AutoAnchor on coco128", files, () => {
  const tensor = (name: string): Float32Array => goldenTensors(files[1] as string)[name]?.data as Float32Array;
  const json = goldenJson(files[0] as string) as { checks: Record<string, GoldenCheck>; kmean_anchors: GoldenFit[] };

  it("finds the sizes of the labels", () => {
    const sizes = labelSizes(goldenImages(), { imgsz: 640 });
    expectClose(sizes, tensor("label_wh"), { abs: 1e-3 });
    expectClose(withoutTiny(sizes, 2), tensor("label_wh_filtered"), { abs: 1e-3 });
    const [across, down] = (json.kmean_anchors[0] as GoldenFit).standard_deviation;
    const points = withoutTiny(sizes, 2).map((side, i) => side / (i % 2 === 0 ? across : down));
    expectClose(points, tensor("kmeans_points"), { abs: 1e-5 });
  });

  it.each(Object.entries(json.checks))("finds recall and matches of the case %s", (name, check) => {
    const scales = tensor(`${name}.augment_scale`);
    const sizes = labelSizes(goldenImages(), { imgsz: 640, scales });
    const { recall, perTarget } = anchorFit(sizes, check.anchors_pixels, { threshold: check.anchor_t });
    expectClose([recall], [check.best_possible_recall], { abs: 2e-3 });
    expectClose([perTarget], [check.anchors_above_threshold], { abs: 5e-3 });
  });

  it.each(json.kmean_anchors)("finds $n anchors that are as fit in $generations generations", (golden) => {
    const sizes = labelSizes(goldenImages(), { imgsz: 640 });
    const filtered = withoutTiny(sizes, 2);
    const options = { threshold: golden.anchor_t };
    for (const [anchors, scores] of [
      [golden.anchors_after_kmeans, golden.after_kmeans],
      [golden.anchors, golden.after_evolution],
    ] as const) {
      const fit = anchorFit(filtered, anchors, options);
      expectClose([fit.fitness], [scores.fitness], { abs: 1e-5 });
      expectClose([fit.recall], [scores.best_possible_recall], { abs: 2e-3 });
      expectClose([fit.perTarget], [scores.anchors_above_threshold], { abs: 5e-3 });
    }
    const { n: count, generations } = golden;
    for (const seed of [0, 1, 2]) {
      const found = fitAnchors(sizes, { ...options, count, generations, rng: new Random(seed) });
      expect(found?.anchors).toHaveLength(count);
      expect(found?.fitness).toBeGreaterThan(golden.after_evolution.fitness + 0.02);
      expect(found?.recall).toBeGreaterThanOrEqual(golden.after_evolution.best_possible_recall);
      expect(found?.fitness).toBeGreaterThan(found?.start.fitness as number);
    }
    const clusters = kMeans(Float64Array.from(tensor("kmeans_points")), count, { rng: new Random(0) });
    expect(clusters.distortion).toBeLessThan(golden.kmeans_distortion * 1.01);
  });
});

/** Boxes around a few sizes. */
function boxesAround(centers: readonly AnchorSize[], each: number, rng = new Random(1)): Float32Array {
  return Float32Array.from(
    centers.flatMap(([w, h]) =>
      Array.from({ length: each }, () => [w, h].map((s) => s * rng.uniform(0.9, 1.1))).flat(),
    ),
  );
}

describe("labelSizes", () => {
  it("scales by the longer side and drops what is tiny on both", () => {
    const boxes = Float32Array.of(0.5, 0.5, 0.5, 0.25, 0.5, 0.5, 0.01, 0.02);
    const sizes = labelSizes([{ width: 50, height: 100, boxes }], { imgsz: 200, scales: [0.5] });
    expectClose(sizes, [25, 25, 0.5, 2], { abs: 1e-5 });
    expectClose(withoutTiny(sizes, 2.5), [25, 25], { abs: 1e-5 });
  });
});

describe("anchorFit", () => {
  it("counts by the worst ratio of sides, which must stay below the threshold", () => {
    const sizes = Float32Array.of(10, 10, 40, 10, 39, 10, 5, 20);
    const { recall, perTarget, fitness } = anchorFit(sizes, [[10, 10]], { threshold: 4 });
    expect([recall, perTarget]).toEqual([0.75, 0.75]);
    expect(fitness).toBeCloseTo((1 + 10 / 39 + 0.5) / 4, 6);
    expect(anchorFit(new Float32Array(), [[1, 1]], { threshold: 4 })).toEqual({ recall: 0, perTarget: 0, fitness: 0 });
  });

  it("refuses thresholds that nothing can meet", () => {
    expect(() => anchorFit(Float32Array.of(1, 1), [[1, 1]], { threshold: 1 })).toThrow("anchor_t must be above 1");
    expect(() => anchorFit(Float32Array.of(1, 1), [], { threshold: 4 })).toThrow("no anchors");
  });
});

describe("kMeans", () => {
  it("finds clusters that are apart, whatever it starts from", () => {
    const points = Float64Array.from(boxesAround([[1, 1], [5, 1], [1, 9]], 40)); // biome-ignore format: one line
    for (const seed of [1, 2, 3]) {
      const { centers, distortion } = kMeans(points, 3, { rng: new Random(seed), restarts: 5 });
      const sorted = Array.from({ length: 3 }, (_, i) => [...centers.slice(2 * i, 2 * i + 2)]).sort(
        (a, b) => (a[0] as number) * (a[1] as number) - (b[0] as number) * (b[1] as number),
      );
      expectClose(sorted.flat(), [1, 1, 5, 1, 1, 9], { abs: 0.15 });
      expect(distortion).toBeLessThan(0.35);
    }
  });

  it("finds the requested number of centers, even of fewer points", () => {
    const { centers, distortion } = kMeans(Float64Array.of(1, 2, 1, 2), 3, { rng: new Random(1) });
    expect([...centers]).toEqual([1, 2, 1, 2, 1, 2]);
    expect(distortion).toBe(0);
  });
});

describe("refineAnchors", () => {
  const sizes = boxesAround([[20, 30], [100, 50]], 50); // biome-ignore format: one line
  const options = { threshold: 4, generations: 200 };

  it("only makes anchors fitter, and does nothing in no generations", () => {
    const start = Float64Array.of(9, 9, 60, 60);
    const fit = (rows: Float64Array): number =>
      anchorFit(sizes, [[rows[0] as number, rows[1] as number], [rows[2] as number, rows[3] as number]], options).fitness; // biome-ignore format: one line
    const refined = refineAnchors(sizes, start, { ...options, rng: new Random(1) });
    expect(fit(refined)).toBeGreaterThan(fit(start) + 0.2);
    expect(refineAnchors(sizes, start, { ...options, generations: 0, rng: new Random(1) })).toEqual(start);
    expect(refineAnchors(sizes, start, { ...options, rng: new Random(1) })).toEqual(refined);
  });
});

describe("fitAnchors", () => {
  it("finds anchors for a handful of boxes, for many, and none for none", () => {
    const few = fitAnchors(Float32Array.of(30, 40), { count: 3, rng: new Random(1), generations: 20 });
    expect(few?.anchors).toHaveLength(3);
    expect(few?.recall).toBe(1);
    const many = boxesAround([[20, 30], [100, 50]], 30_001); // biome-ignore format: one line
    const found = fitAnchors(many, { count: 2, rng: new Random(1), generations: 30 });
    expect(found?.fitness).toBeGreaterThan(0.9);
    expect(found?.recall).toBe(1);
    expect(fitAnchors(Float32Array.of(1, 1.5), { rng: new Random(1) })).toBeUndefined();
  });

  it("refuses counts that are none", () => {
    const sizes = Float32Array.of(30, 40);
    expect(() => fitAnchors(sizes, { count: 0, rng: new Random(1) })).toThrow("n must be a whole number of at least 1");
    expect(() => fitAnchors(sizes, { generations: 1.5, rng: new Random(1) })).toThrow("gen must be a whole number");
  });
});
