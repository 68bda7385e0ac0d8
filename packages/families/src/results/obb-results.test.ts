import { describeGolden, expectClose, goldenJson, goldenTensors } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { ObbResults } from "./obb-results.ts";
import { ProbsResults } from "./probs-results.ts";

const files = ["tasks/pieces/results.json", "tasks/pieces/results.safetensors"];

/** A value as label files have it. */
const short = (value: number): number => Number(value.toPrecision(6));

describeGolden("results of YOLOv8", files, () => {
  const tensors = goldenTensors("tasks/pieces/results.safetensors");
  const { height_width: [height, width], kinds, names_classify: names } = goldenJson("tasks/pieces/results.json"); // biome-ignore format: keys

  it("of oriented boxes: corners, enclosing boxes, lines and JSON", () => {
    const rows = Array.from(tensors.obb!.data);
    const obb = new ObbResults(Float32Array.from(rows.filter((_, i) => i % 7 < 5)), { width, height });
    expect(obb.count).toBe(4);
    expectClose(obb.xyxyxyxy, tensors.obb_corners!.data, { abs: 1e-3 });
    expectClose(obb.xyxyxyxyn, tensors.obb_corners_normalized!.data, { abs: 1e-5 });
    expectClose(obb.xyxy, tensors.obb_enclosing_xyxy!.data, { abs: 1e-3 });
    const { text_save_conf_false: lines, summary } = kinds.obb;
    for (let i = 0; i < obb.count; i++) {
      const numbers = (lines[i] as string).split(" ").slice(1).map(Number);
      expectClose(obb.lineValues(i).map(short), numbers, { abs: 2e-6 });
      const { corners, x, y, width: w, height: h, angle } = obb.plain(i).obb;
      expectClose(corners.flat(), Object.values<number>(summary[i].box), { abs: 1e-3 });
      expectClose([x, y, w, h, angle], rows.slice(7 * i, 7 * i + 5), { abs: 1e-4 });
    }
  });

  it("of classes: five lines, words and JSON", () => {
    const probs = new ProbsResults(tensors.probabilities!.data as Float32Array);
    const { text_save_conf_false: lines, summary, log_line: words } = kinds.classify;
    const list = Object.values<string>(names);
    expect(probs.lines(list)).toEqual(lines);
    expect(`${probs.describe(list)}, `).toBe(words);
    const { class: label, name, confidence } = probs.plainImage(list).top5[0]!;
    expect({ class: label, name, confidence: Number(confidence.toFixed(5)) }).toEqual(summary[0]);
    expect([probs.top1, probs.top5.length]).toEqual([6, 5]);
    expect(probs.top1conf).toBe(probs.top5conf[0]);
  });
});

describe("ObbResults", () => {
  const obb = new ObbResults(Float32Array.of(50, 40, 20, 10, 0, 30, 20, 10, 6, Math.PI / 2), {
    width: 100,
    height: 80,
  });

  it("picks detections, and has COCO's rows without upright boxes", () => {
    expect([...obb.pick(Int32Array.of(1)).xywhr.subarray(0, 4)]).toEqual([30, 20, 10, 6]);
    expect(obb.coco(0)).toEqual({
      bbox: undefined,
      rbox: [50, 40, 20, 10, 0],
      poly: [60, 45, 60, 35, 40, 35, 40, 45],
    });
  });

  it("is drawn at the drawing's scale, and not cut out", () => {
    expect(Array.from(obb.shapes([2, 3]).rotated ?? []).slice(0, 8)).toEqual([120, 135, 120, 105, 80, 105, 80, 135]);
    expect(obb.hasCrops).toBe(false);
  });
});

describe("ProbsResults", () => {
  it("has as many classes as there are, and numbers where there are no names", () => {
    const probs = new ProbsResults(Float32Array.of(0.25, 0.75));
    expect(probs.top5).toEqual([1, 0]);
    expect(probs.lines(["cat"])).toEqual(["0.75 1", "0.25 cat"]);
    expect(new ProbsResults(new Float32Array(0)).top1).toBe(0);
  });
});
