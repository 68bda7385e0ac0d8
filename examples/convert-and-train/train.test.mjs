// Draws shapes, writes their labels in COCO's format, and has them converted and trained.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { drawShapes, writeAnnotations, YOLO } from "lookonce";

// Weights that come with lookonce
process.env.MODEL ??= "yolov8t-shapes.safetensors";
const folder = await mkdtemp(join(tmpdir(), "convert-and-train-"));
after(() => rm(folder, { recursive: true }));

test("trains on what it converted", async () => {
  const { yaml } = await drawShapes({ output: join(folder, "shapes"), train: 32, val: 8, seed: 1 });
  for (const split of ["train", "val"]) {
    await writeAnnotations({ data: yaml, split, to: "coco", output: join(folder, `annotations/${split}.json`) });
  }
  await rename(join(folder, "shapes/images"), join(folder, "images"));

  const env = { ...process.env, EPOCHS: "1", IMGSZ: "160" };
  const { stdout } = await promisify(execFile)(process.execPath, ["train.mjs", folder], { env });
  assert.match(stdout, /train: 32 images, \d+ objects of circle/);
  assert.match(stdout, /val: 8 images/);
  const [, map50] = /mAP50 ([\d.]+)/.exec(stdout);
  assert.ok(Number(map50) >= 0 && Number(map50) <= 1);
  // Weights that know the shapes already still find them after an epoch
  const model = await YOLO.load(process.env.MODEL);
  const { names } = await model.describe();
  await model.dispose();
  if (names.includes("circle")) assert.ok(Number(map50) > 0.5, `mAP50 is ${map50}`);

  const [, file] = /exported to (.+\.onnx)/.exec(stdout);
  const exported = await YOLO.load(file);
  const results = await exported.predict(join(folder, "images/val"));
  await exported.dispose();
  assert.equal(results.length, 8);
});
