import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import "@tensorflow/tfjs-backend-cpu";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { largestDifferences } from "../compare.ts";
import { tinyModel, useOnnxRuntime } from "../test-tiny-model.ts";
import { exportTfjs } from "./export-tfjs.ts";
import { both } from "./test-both.ts";

let folder = "";
beforeAll(async () => {
  await useOnnxRuntime();
  folder = mkdtempSync(join(tmpdir(), "lookonce-tfjs-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each([
  { family: "v8", shape: [1, 7, 480] },
  { family: "v5", shape: [1, 960, 8] },
] as const)("exportTfjs of $family", ({ family, shape }) => {
  const size = { height: 64, width: 96, batch: 1 };

  it("writes what TensorFlow.js itself loads and computes alike", async () => {
    const model = await tinyModel(family);
    const file = join(folder, "new", `${family}_web_model`);
    const report = await exportTfjs(model, { file, imgsz: [64, 96] });
    const files = readdirSync(file);
    expect(files.sort()).toEqual(["group1-shard1of1.bin", "model.json"]);
    expect(readdirSync(join(folder, "new")).filter((name) => name.endsWith(".partial"))).toEqual([]);
    const bytes = files.reduce((sum, name) => sum + readFileSync(join(file, name)).length, 0);
    expect(report).toMatchObject({ file, format: "tfjs", bytes, checkedOn: "coffee.jpg" });
    const pair = await both(model, file, size);
    expect(pair.found.shape).toEqual(shape);
    const found = largestDifferences(pair);
    expect(found.pixels).toBeLessThan(1e-2);
    expect(found.probability).toBeLessThan(1e-4);
  });

  it("says what other programs need to know, and folds batch normalization in", async () => {
    const file = join(folder, `notes-${family}`);
    await exportTfjs(await tinyModel(family), { file, imgsz: [64, 96] });
    const json = JSON.parse(readFileSync(join(file, "model.json"), "utf8"));
    expect(json.userDefinedMetadata).toMatchObject({
      task: "detect",
      family,
      stride: 8,
      imgsz: [64, 96],
      names: { 0: "cat", 1: "d'og", 2: "bird" },
    });
    expect(json.signature.inputs.images).toMatchObject({ name: "images:0", dtype: "DT_FLOAT" });
    const sizes = json.signature.outputs.output0.tensorShape.dim.map(({ size: side }: { size: string }) =>
      Number(side),
    );
    expect(sizes).toEqual(shape);
    const operations = json.modelTopology.node.map(({ op }: { op: string }) => op);
    expect(operations).toContain("_FusedConv2D");
    expect(operations).not.toContain("FusedBatchNormV3");
    expect(operations).not.toContain("Conv2D");
  });

  it("accepts any number of images when it is dynamic", async () => {
    const model = await tinyModel(family);
    const file = join(folder, `dynamic-${family}`);
    await exportTfjs(model, { file, imgsz: [64, 96], dynamic: true });
    for (const batch of [1, 3]) {
      const pair = await both(model, file, { ...size, batch });
      expect(pair.found.shape).toEqual([batch, ...shape.slice(1)]);
      expect(largestDifferences(pair).pixels).toBeLessThan(1e-2);
    }
  });
});

describe("exportTfjs", () => {
  it("leaves nothing behind, and what was there, when the model cannot be written", async () => {
    const file = join(folder, "kept");
    mkdirSync(file);
    writeFileSync(join(file, "old"), "");
    const model = await tinyModel("v8");
    await expect(exportTfjs(model, { file, imgsz: 100 })).rejects.toMatchObject({ code: "ARGUMENT" });
    await expect(exportTfjs(model, { file, imgsz: 64, batch: 0 })).rejects.toThrow("batch must be");
    await expect(exportTfjs(model, { file, imgsz: 64, half: true, int8: true })).rejects.toThrow("cannot both be had");
    expect(readdirSync(file)).toEqual(["old"]);
    await exportTfjs(model, { file, imgsz: 64 });
    expect(readdirSync(file)).toContain("model.json");
    expect(readdirSync(file)).not.toContain("old");
  });
});
