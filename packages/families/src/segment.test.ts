import { isEmptyMask, type Prediction } from "@lookonce/geometry";
import { describe, expect, it } from "vitest";
import type { MaskResults, MaskRules } from "./results/mask-results.ts";
import { type SegmentDetections, segment } from "./segment.ts";

const options = { conf: 0.25, iou: 0.7, maxDet: 10 };
const size = { width: 32, height: 32 };
const inPlace = { ratio: [1, 1], padding: [0, 0], inputSize: size } as const;

/**
 * Two boxes of 12 × 12 with a coefficient each, in an input of 32 × 32 whose one prototype is 1 in the left half and −1 in the
 * right; the first box is left, the second right.
 */
function prediction(coefficients: readonly [number, number], hasObjectness = false): Prediction {
  const boxes = [
    [8, 8, 12, 12],
    [24, 24, 12, 12],
  ];
  const rows = boxes.map((box, i) => [...box, ...(hasObjectness ? [1] : []), 0.9 - i / 10, coefficients[i] as number]);
  return {
    data: Float32Array.from(rows.flat()),
    shape: [1, 2, (rows[0] as number[]).length],
    layout: "NAC",
    hasObjectness,
    extras: 1,
    prototypes: { data: Float32Array.from({ length: 64 }, (_, i) => (i % 8 < 4 ? 1 : -1)), shape: [8, 8, 1] },
  };
}

function found(output: Prediction, more: { validation?: boolean; retinaMasks?: boolean } = {}): SegmentDetections {
  return segment.postprocess(output, { ...options, ...more })[0] as SegmentDetections;
}

const areas = ({ masks }: SegmentDetections): number[] =>
  (masks?.patches ?? []).map(({ data }) => data.reduce((sum, value) => sum + value, 0));

describe("segment", () => {
  it("leaves detections without a mask out when it predicts, with what belongs to them, and keeps them for metrics", () => {
    const output = prediction([5, 5]);
    const predicted = found(output);
    expect([predicted.count, predicted.masks?.patches.length, predicted.extras?.length]).toEqual([1, 1, 1]);
    expect([...predicted.boxes]).toEqual([2, 2, 14, 14]);
    const retina = segment.toImage(found(output, { retinaMasks: true }), inPlace, size);
    expect([retina.count, retina.masks?.patches.length]).toEqual([1, 1]);
    const validated = found(output, { validation: true });
    expect([validated.count, ...(validated.masks?.patches ?? []).map(isEmptyMask)]).toEqual([2, false, true]);
  });

  it("has masks of the network's input, of the image, or of the prototypes", () => {
    const output = prediction([5, -5]);
    expect(found(output).masks).toMatchObject(size);
    // Reaching half a cell and more beyond the crop of 3 × 3 cells, but not at the border between the halves
    expect(areas(found(output)).every((area) => area > 144)).toBe(true);
    const larger = { width: 64, height: 64 };
    const letterboxing = { ratio: [0.5, 0.5], padding: [0, 0], inputSize: size } as const;
    const retina = segment.toImage(found(output, { retinaMasks: true }), letterboxing, larger);
    expect(retina.masks).toMatchObject(larger);
    expect(areas(retina)).toEqual([576, 576]);
    expect(retina).not.toHaveProperty("source");
    const validated = found(output, { validation: true });
    expect(validated.masks).toMatchObject({ width: 8, height: 8 });
    expect(areas(validated)).toEqual([9, 9]);
  });

  it("writes finer masks of a validation than it compares", () => {
    const validated = segment.toImage(found(prediction([5, -5]), { validation: true }), inPlace, size);
    const { masks } = segment.entries(validated, size) as { masks: MaskResults };
    expect(masks.masks).toMatchObject(size);
    expect(masks.bitmap(0).reduce((sum, value) => sum + value)).toBe(144);
  });

  it("follows YOLOv5 where there is objectness: zeros beyond the crop pull the border in", () => {
    const sigmoid = areas(found(prediction([5, -5], true)));
    const logits = areas(found(prediction([5, -5])));
    expect(sigmoid[0]).toBeLessThan(logits[0] as number);
    expect(found(prediction([5, -5], true)).rules).toEqual({
      parts: "largest",
      border: "truncated",
    } satisfies MaskRules);
  });

  it("has masks of nothing where nothing is found, and refuses predictions without prototypes", () => {
    const empty = found({ ...prediction([5, 5]), data: new Float32Array(12) });
    expect(segment.entries(empty, size).masks).toMatchObject({ count: 0, xy: [] });
    const { prototypes: _, ...without } = prediction([5, 5]);
    expect(() => found(without)).toThrow("needs a second output with prototypes");
  });

  it("scores masks beside boxes, and adds both to the fitness", () => {
    const metrics = segment.createMetrics(["a"]);
    const map = new Uint8Array(64);
    for (const cell of [9, 10, 11, 17, 18, 19, 25, 26]) map[cell] = 1;
    metrics.add(segment.toImage(found(prediction([5, 5]), { validation: true }), inPlace, size), {
      ...{ index: 0, path: "a.png", originalWidth: 32, originalHeight: 32, ratio: [1, 1], padding: [0, 0] },
      ...{ boxes: Float32Array.of(2, 2, 14, 14), classes: Int32Array.of(0) },
      masks: { data: map, width: 8, height: 8, overlap: true },
    });
    const scores = metrics.result();
    // The mask has 9 cells, the label 8 of them: right up to an IoU of 0.85
    expect(scores.mask.map50).toBeCloseTo(0.995, 3);
    expect(scores.mask.map50_95).toBeCloseTo(0.8 * 0.995, 3);
    expect(scores.map50_95).toBeCloseTo(0.995, 3);
    expect(scores.fitness).toBeCloseTo(0.995 + 0.1 * 0.995 + 0.9 * 0.8 * 0.995, 3);
    expect(Object.keys(segment.columns(undefined))).toHaveLength(8);
    expect(segment.columns(scores)["metrics/mAP50-95(M)"]).toBe(scores.mask.map50_95);
    const merged = segment.createMetrics(["a"]);
    merged.merge(metrics.state());
    expect(merged.result()).toEqual(scores);
    expect(() => segment.createMetrics(["a", "b"]).merge(metrics.state())).toThrow("of the same classes");
  });

  it("draws the curves of both", async () => {
    const plots = await segment.plots(segment.createMetrics(["a"]).result(), ["a"]);
    expect(plots.map(([file]) => file)).toEqual([
      ...["confusion_matrix.png", "confusion_matrix_normalized.png"],
      ...["BoxPR_curve.png", "BoxF1_curve.png", "BoxP_curve.png", "BoxR_curve.png"],
      ...["MaskPR_curve.png", "MaskF1_curve.png", "MaskP_curve.png", "MaskR_curve.png"],
    ]);
  });
});
