// What 8-bit files cost in each task's own metric, on the golden validation sets.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCheckpoint } from "@lookonce/checkpoint";
import { Dataset } from "@lookonce/data";
import { exportOnnx } from "@lookonce/export";
import { taskOf } from "@lookonce/families";
import { type Image, readImage } from "@lookonce/image";
import { createFileDetector } from "@lookonce/inference";
import { modelFromCheckpoint } from "@lookonce/nn";
import { describeGolden, enterTestDevice, sharedPath } from "@lookonce/testing";
import { validateDetector } from "@lookonce/trainer";
import { afterAll, beforeAll, expect, it } from "vitest";

let folder = "";
beforeAll(async () => {
  await enterTestDevice();
  folder = mkdtempSync(join(tmpdir(), "lookonce-int8-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function* imagesIn(path: string): AsyncGenerator<Image> {
  const files = readdirSync(path, { recursive: true, encoding: "utf8" }).filter((name) => /\.(png|jpg)$/.test(name));
  for (const name of files.slice(0, 60)) yield await readImage(join(path, name));
}

/** The fitness of a file. */
async function score(file: string, dataset: Dataset, imgsz: number) {
  const detector = await createFileDetector(file);
  const { fitness } = await validateDetector(detector, dataset, { imgsz, rect: false, workers: 0 });
  await detector.dispose();
  return fitness;
}

const cases = [
  { task: "segment", imgsz: 128 },
  { task: "pose", imgsz: 128 },
  { task: "obb", imgsz: 128 },
  { task: "classify", imgsz: 64 },
];

describeGolden("files with 8-bit integers", ["tasks/e2e/segment/model.pt"], () => {
  it.each(cases)("$task: lose less than 0.02 of the fitness", async ({ task, imgsz }) => {
    const root = sharedPath(`golden/tasks/e2e/${task}`);
    const model = modelFromCheckpoint(readCheckpoint(join(root, "model.pt")), task);
    const { labels } = taskOf(task);
    const yaml = join(root, "dataset", task === "classify" ? "" : "data.yaml");
    const dataset = await Dataset.open({ yaml, split: "val", labels });
    const files = { plain: join(folder, `${task}.onnx`), int8: join(folder, `${task}-int8.onnx`) };
    await exportOnnx(model, { file: files.plain, imgsz });
    const train = join(root, "dataset", task === "classify" ? "train" : "images/train");
    await exportOnnx(model, { file: files.int8, imgsz, int8: true, calibration: imagesIn(train) });
    const [before, after] = [await score(files.plain, dataset, imgsz), await score(files.int8, dataset, imgsz)];
    console.info(`${task}: fitness ${before.toFixed(4)}, with 8 bits ${after.toFixed(4)}`);
    expect(before).toBeGreaterThan(0.3);
    expect(Math.abs(after - before)).toBeLessThan(0.02);
    model.dispose();
  });
});
