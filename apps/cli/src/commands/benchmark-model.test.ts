import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateShapes } from "@lookonce/data";
import type { ModelBenchmark } from "@lookonce/yolo";
import { beforeAll, describe, expect, it } from "vitest";
import { lookonce, temporaryFolder, writeTinyModel } from "../test-run.ts";

const folder = temporaryFolder();
const model = writeTinyModel(folder, 5);
const data = join(folder, "shapes", "shapes.yaml");

beforeAll(async () => {
  await generateShapes({ directory: join(folder, "shapes"), train: 4, val: 3, size: 64 });
});

describe("lookonce benchmark", () => {
  it("measures every format, leaves a row for what fails, and the exports where that is asked for", async () => {
    const kept = join(folder, "exports");
    const argv = ["benchmark", `model=${model}`, `data=${data}`, "imgsz=64", "device=cpu", `file=${kept}`, "--json"];
    const finished = await lookonce(...argv);
    expect(finished.code).toBe(0);
    const { rows, images, imgsz } = finished.json<ModelBenchmark>();
    expect({ images, imgsz }).toEqual({ images: 3, imgsz: 64 });
    const formats = ["source", "onnx", "onnx-half", "onnx-int8", "tfjs", "safetensors", "torch"];
    expect(rows.map(({ format }) => format)).toEqual(formats);
    for (const row of rows) {
      expect(row.error).toBeUndefined();
      expect(row.bytes).toBeGreaterThan(100);
      expect(row.milliseconds).toBeGreaterThan(0);
      expect(row.imagesPerSecond).toBeGreaterThan(0);
      expect(row.fitness).toBeLessThanOrEqual(1);
      expect(Object.keys(row.scores ?? {})).toEqual(["P", "R", "mAP50", "mAP50-95"]);
    }
    expect(finished.stderr).toMatch(/format +device +MB +P +R +mAP50 +mAP50-95 +network ms +images\/s\nsource +cpu/);
    expect(readdirSync(kept)).toEqual(expect.arrayContaining(["onnx.onnx", "tfjs_web_model", "torch.pt"]));
  });

  it("goes on after a form that cannot be written", async () => {
    const kept = join(folder, "blocked");
    mkdirSync(join(kept, "onnx.onnx", "inside"), { recursive: true });
    const argv = ["benchmark", `model=${model}`, `data=${data}`, "imgsz=64", "device=cpu", "format=onnx,source"];
    const { code, stdout } = await lookonce(...argv, `file=${kept}`);
    expect(stdout).toMatch(/onnx +cpu( +–){7}\nsource +cpu +0\.0 +0/);
    expect(stdout).toMatch(/onnx on cpu failed: .*onnx\.onnx/);
    expect(code).toBe(0);
  });

  it("says so where the exports cannot be kept, and where the classes are others", async () => {
    const blocked = join(folder, "file");
    writeFileSync(blocked, "");
    const argv = ["benchmark", `data=${data}`, "imgsz=64", "device=cpu", "format=source"];
    const first = await lookonce(...argv, `model=${model}`, `file=${join(blocked, "below")}`);
    expect(first).toMatchObject({ code: 1, stderr: expect.stringContaining("a file stands where one of its folders") });
    const other = join(folder, "other.yaml");
    writeFileSync(other, readFileSync(model, "utf8").replace("nc: 5", "nc: 3"));
    const second = await lookonce(...argv, `model=${other}`);
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining("knows 3 classes and the data set 5") });
  });

  it.each([
    [["format=onxn"], /expected format=source\|onnx\|onnx-half/],
    [["device=gpu"], /expected device=cpu\|webgpu\|cuda/],
    [["data=none.yaml"], /There is no data set file .*none\.yaml/],
  ])("refuses %j as a mistake", async (argv, message) => {
    const { code, stderr } = await lookonce("benchmark", `model=${model}`, `data=${data}`, ...argv);
    expect(stderr).toMatch(message);
    expect(code).toBeGreaterThan(0);
  });

  it("leaves `benchmark sppf` what it is", async () => {
    const { code, stdout } = await lookonce("help", "benchmark", "sppf");
    expect(stdout).toContain("lookonce benchmark sppf");
    expect(code).toBe(0);
  });
});
