import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCheckpoint } from "@lookonce/checkpoint";
import { type DetectionModel, modelFromCheckpoint } from "@lookonce/nn";
import { describeShared, sharedPath } from "@lookonce/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { largestDifferences, surestDifferences } from "../compare.ts";
import { useOnnxRuntime } from "../test-tiny-model.ts";
import { exportTfjs } from "./export-tfjs.ts";
import { both } from "./test-both.ts";

let folder = "";
beforeAll(async () => {
  await useOnnxRuntime();
  folder = mkdtempSync(join(tmpdir(), "lookonce-tfjs-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describeShared("exportTfjs of real weights", ["weights/yolov8n.pt", "weights/yolov5n.pt"], () => {
  const size = { height: 96, width: 128, batch: 1 };
  const load = (name: string): DetectionModel => {
    const path = sharedPath(`weights/${name}.pt`);
    return modelFromCheckpoint(readCheckpoint(path), path);
  };

  it.each(["yolov8n", "yolov5n"])("TensorFlow.js says of a photograph what %s does", async (name) => {
    const file = join(folder, name);
    const model = load(name);
    await exportTfjs(model, { file, imgsz: [96, 128] });
    expect(readdirSync(file).filter((part) => part.endsWith(".bin")).length).toBeGreaterThan(1);
    const found = largestDifferences(await both(model, file, size));
    expect(found.pixels).toBeLessThan(1e-2);
    expect(found.probability).toBeLessThan(1e-4);
  });

  it.each([
    { precision: "half", share: 0.52, pixels: 0.5, probability: 0.005 },
    { precision: "int8", share: 0.27, pixels: 4, probability: 0.05 },
  ])("$precision makes files smaller and changes little", async ({ precision, share, pixels, probability }) => {
    const model = load("yolov8n");
    const file = join(folder, precision);
    const whole = await exportTfjs(model, { file: join(folder, "whole"), imgsz: [96, 128] });
    const report = await exportTfjs(model, { file, imgsz: [96, 128], [precision]: true });
    expect(report.bytes / whole.bytes).toBeLessThan(share);
    const found = surestDifferences(await both(model, file, size));
    expect(found.pixels).toBeLessThan(pixels);
    expect(found.probability).toBeLessThan(probability);
    expect(found.probability).toBeGreaterThan(0);
  });
});
