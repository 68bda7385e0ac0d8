import { readCheckpoint } from "@lookonce/checkpoint";
import { Dataset } from "@lookonce/data";
import { modelFromCheckpoint } from "@lookonce/nn";
import { describeShared, enterTestDevice, expectClose, goldenJson, sharedPath } from "@lookonce/testing";
import { beforeAll, expect, it } from "vitest";
import type { ValidationResult } from "./validation-result.ts";
import { validate } from "./validator.ts";

beforeAll(async () => {
  await enterTestDevice();
});

async function score(weights: string): Promise<ValidationResult> {
  const path = `weights/${weights}`;
  const model = modelFromCheckpoint(await readCheckpoint(sharedPath(path)), weights);
  const dataset = await Dataset.open({ yaml: sharedPath("data/coco128/coco128.yaml"), split: "val" });
  return validate(model, dataset, { imgsz: 640, batch: 8 });
}

/** The share of the confusion matrix that two runs count differently. */
function moved(
  { confusion }: ValidationResult,
  golden: readonly [predicted: number, actual: number, n: number][],
): number {
  const expected = new Float64Array(confusion.size ** 2);
  for (const [predicted, actual, count] of golden) expected[predicted * confusion.size + actual] = count;
  const total = expected.reduce((a, b) => a + b, 0);
  return expected.reduce((sum, count, i) => sum + Math.abs(count - (confusion.counts[i] as number)), 0) / 2 / total;
}

describeShared("validation, YOLOv8", ["golden/v8/val/metrics.json", "weights/yolov8n.pt", "data/coco128"], () => {
  it("computes yolov8n's scores on 64 images of COCO", async () => {
    const golden = goldenJson("v8/val/metrics.json");
    const result = await score("yolov8n.pt");
    // vocabulary-allow: pictures, a key of the golden file
    expect([result.images, result.instances]).toEqual([golden.pictures, golden.labels]);
    expect(result.perClass).toHaveLength(golden.classes_present);
    const { map50, map75, map50_95, precision, recall } = result;
    expectClose([map50, map75, map50_95], [golden.map50, golden.map75, golden.map50_95], { abs: 0.003 });
    expectClose([precision, recall], [golden.mp, golden.mr], { abs: 0.02 });
    expect(moved(result, goldenJson("v8/val/confusion_matrix.json").entries_row_column_count)).toBeLessThan(0.02);
  });
});

describeShared("validation, YOLOv5", ["golden/v5/val/val.json", "weights/yolov5n.pt", "data/coco128"], () => {
  it("computes yolov5n's scores on 64 images of COCO", async () => {
    const golden = goldenJson("v5/val/val.json");
    const result = await score("yolov5n.pt");
    expect(result.instances).toBe(golden.instances);
    expectClose([result.map50, result.map50_95], [golden.map50, golden.map50_95], { abs: 0.003 });
    expectClose([result.precision, result.recall], [golden.precision, golden.recall], { abs: 0.01 });
    expect(moved(result, golden.confusion_matrix.nonzero_row_column_count)).toBeLessThan(0.02);
  });
});
