// Benchmarks of trained models of each task: the scores are those of a validation of squares.
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeGolden, expectClose, goldenJson, sharedPath } from "@lookonce/testing";
import { afterAll, expect, it } from "vitest";
import { YOLO } from "../yolo.ts";
import { benchmarkModel, type ModelBenchmarkOptions } from "./benchmark-model.ts";

const folder = mkdtempSync(join(tmpdir(), "golden-benchmark-"));
afterAll(() => rmSync(folder, { recursive: true }));

const golden = (path: string): string => sharedPath(`golden/tasks/e2e/${path}`);

/** The scores of each format. */
async function scoresOf(options: ModelBenchmarkOptions): Promise<Readonly<Record<string, number>>[]> {
  const { rows } = await benchmarkModel({ ...options, device: ["cpu"] });
  return rows.map(({ error, scores, fitness, imagesPerSecond }) => {
    expect(error).toBeUndefined();
    expect(fitness).toBeGreaterThan(0.3);
    expect(imagesPerSecond).toBeGreaterThan(0);
    return scores ?? {};
  });
}

async function valOf(model: string, data: string, imgsz: number): Promise<Readonly<Record<string, number>>> {
  const yolo = await YOLO.load(model);
  const { table } = await yolo.val({ data, imgsz, rect: false, workers: 0 });
  await yolo.dispose();
  return table[0].scores;
}

describeGolden("benchmarks", ["tasks/e2e/obb/model.pt"], () => {
  it.each([
    { task: "segment", format: ["source"] as const, name: "mask mAP50-95" },
    { task: "pose", format: ["source"] as const, name: "pose mAP50-95" },
    { task: "obb", format: ["source", "onnx"] as const, name: "mAP50-95" },
  ])("score $task as its validation does, in every format", async ({ task, format, name }) => {
    const [model, data] = [golden(`${task}/model.pt`), golden(`${task}/dataset/data.yaml`)];
    const expected = await valOf(model, data, 128);
    expect(expected[name]).toBeGreaterThan(0.2);
    for (const scores of await scoresOf({ model, data, imgsz: 128, format: [...format] })) {
      expect(Object.keys(scores)).toEqual(Object.keys(expected));
      expectClose([scores[name] ?? 0], [expected[name] ?? 0], { abs: 0.01 });
    }
  });

  it("score a classifier by its accuracy", async () => {
    const data = join(folder, "classes");
    cpSync(golden("classify/dataset/val"), join(data, "val"), { recursive: true });
    cpSync(golden("classify/dataset/val"), join(data, "train"), { recursive: true });
    const { top1, top5 } = goldenJson("tasks/e2e/classify/val.json");
    const format = ["onnx"] as const;
    const found = await scoresOf({ model: golden("classify/model.pt"), data, imgsz: 64, format: [...format] });
    expect(found).toHaveLength(1);
    for (const scores of found) {
      expectClose([scores.top1 ?? 0, scores.top5 ?? 0], [top1, top5], { abs: 0.01 });
    }
  });
});
