import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCheckpoint } from "@lookonce/checkpoint";
import { OnnxEngine, Predictor } from "@lookonce/inference";
import { modelFromCheckpoint } from "@lookonce/nn";
import { modelMetadata, parseModel } from "@lookonce/onnx";
import { describeShared, sharedPath } from "@lookonce/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { largestDifferences, predict } from "../compare.ts";
import { exportOnnx } from "../index.ts";
import { testImage } from "../test-image.ts";
import { tinyModel, useOnnxRuntime } from "../test-tiny-model.ts";

/** A Python with the `onnx` package; set LOOKONCE_PYTHON to name one that is not the first on the path. */
const python = process.env.LOOKONCE_PYTHON || "python3";
const checker = spawnSync(python, ["-c", "import onnx"]).status === 0;

const names = ["cat", "d'og", "bird"];
let folder = "";

beforeAll(async () => {
  await useOnnxRuntime();
  folder = mkdtempSync(join(tmpdir(), "lookonce-export-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each([
  { config: "v8", output: [1, 7, 480] },
  { config: "v5", output: [1, 960, 8] },
] as const)("exportOnnx of $config", ({ config, output }) => {
  const imgsz = [64, 96] as const;

  it("writes the inputs, outputs and metadata that other programs look for", async () => {
    const file = join(folder, "new", `${config}.onnx`);
    const model = await tinyModel(config);
    const report = await exportOnnx(model, { file, imgsz });
    const onnx = parseModel(readFileSync(file), file);
    expect(report).toMatchObject({ file, bytes: readFileSync(file).length });
    expect(onnx.graph.inputs).toEqual([{ name: "images", type: "float32", shape: [1, 3, 64, 96] }]);
    expect(onnx.graph.outputs).toEqual([{ name: "output0", type: "float32", shape: output }]);
    expect(modelMetadata(onnx)).toMatchObject({
      names: `{0: 'cat', 1: "d'og", 2: 'bird'}`,
      stride: "8",
      task: "detect",
      imgsz: "[64, 96]",
      batch: "1",
    });
    expect(onnx.opsets).toEqual({ "": 17 });
    expect(onnx.graph.nodes.every(({ op }) => op !== "BatchNormalization")).toBe(true);
    expect(readdirSync(join(folder, "new")).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });

  it("writes numbers that agree with the model, which can be trained on", async () => {
    const file = join(folder, `agree-${config}.onnx`);
    const model = (await tinyModel(config)).train();
    const { differences: found, largestDifference } = await exportOnnx(model, { file, imgsz });
    expect(found.pixels).toBeLessThan(1e-2);
    expect(found.probability).toBeLessThan(1e-4);
    expect(largestDifference).toBe(Math.max(found.pixels, found.probability));
    expect(model.training).toBe(true);
    expect([...model.namedVariables().keys()].some((name) => name.endsWith("running_mean"))).toBe(true);
  });

  it("can be loaded back", async () => {
    const file = join(folder, `back-${config}.onnx`);
    await exportOnnx(await tinyModel(config), { file, imgsz });
    const predictor = await Predictor.create({ onnxFile: file });
    expect(predictor.names).toEqual(names);
    expect(predictor.imgsz).toEqual(imgsz);
    await predictor.dispose();
  });

  it.skipIf(!checker)(
    `passes onnx.checker${checker ? "" : " (skipped: no Python with onnx; set LOOKONCE_PYTHON)"}`,
    async () => {
      const file = join(folder, `checked-${config}.onnx`);
      await exportOnnx(await tinyModel(config), { file, imgsz });
      const script = "import sys, onnx; onnx.checker.check_model(onnx.load(sys.argv[1]), full_check=True)";
      const { status, stderr } = spawnSync(python, ["-c", script, file], { encoding: "utf8" });
      expect(stderr).toBe("");
      expect(status).toBe(0);
    },
  );
});

describe("exportOnnx", () => {
  it("writes batches", async () => {
    const file = join(folder, "batch.onnx");
    const { differences: found } = await exportOnnx(await tinyModel("v8"), { file, imgsz: 64, batch: 2 });
    expect(found.pixels).toBeLessThan(1e-2);
    const engine = await OnnxEngine.create(readFileSync(file));
    expect(engine.input.shape).toEqual([2, 3, 64, 64]);
    await engine.dispose();
  });

  it("notices numbers that disagree", async () => {
    const file = join(folder, "disagree.onnx");
    const model = await tinyModel("v8");
    await exportOnnx(model, { file, imgsz: 64 });
    const engine = await OnnxEngine.create(readFileSync(file));
    const imagesShape = [1, 3, 64, 64] as const;
    const images = testImage(imagesShape);
    const [output] = (await engine.run(images, imagesShape)) as [{ data: Float32Array; shape: number[] }];
    const pair = { model, expected: await predict(model, images, imagesShape), found: output };
    output.data[2 * 320 + 5]! += 3;
    output.data[6 * 320 + 5]! += 0.25;
    const found = largestDifferences(pair);
    expect(found.pixels).toBeCloseTo(3, 2);
    expect(found.probability).toBeCloseTo(0.25, 3);
    output.data[0] = Number.NaN;
    expect(largestDifferences(pair).pixels).toBeNaN();
    await engine.dispose();
  });

  it("refuses sizes that are no multiples of the stride, and writes nothing", async () => {
    const file = join(folder, "none.onnx");
    await expect(exportOnnx(await tinyModel("v8"), { file, imgsz: 100 })).rejects.toMatchObject({
      code: "ARGUMENT",
      message: "imgsz must be one or two multiples of the model's stride 8, not 100.",
    });
    expect(readdirSync(folder)).not.toContain("none.onnx");
  });

  it("leaves nothing behind when the file cannot be written", async () => {
    const taken = join(folder, "taken.onnx");
    mkdirSync(join(taken, "inside"), { recursive: true });
    await expect(exportOnnx(await tinyModel("v8"), { file: taken, imgsz: 64 })).rejects.toMatchObject({ code: "IO" });
    expect(readdirSync(folder).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });
});

const images = ["data/bus.jpg", "data/zidane.jpg", "data/coco128/images/val2017/000000000139.jpg"];
const weights = ["yolov8n", "yolov5n"] as const;
const needed = [...weights.map((name) => `weights/${name}.pt`), ...images];

describeShared("exportOnnx of real weights", needed, () => {
  it.each(weights)("%s agrees to 1e-3 pixels and 1e-4 in confidence on photographs", async (name) => {
    const path = sharedPath(`weights/${name}.pt`);
    const model = modelFromCheckpoint(await readCheckpoint(path), path);
    const file = join(folder, `${name}.onnx`);
    await exportOnnx(model, { file });
    const options = { rect: false, workers: 0 };
    const [ours, theirs] = [
      await Predictor.create({ model, ...options }),
      await Predictor.create({ onnxFile: file, ...options }),
    ];
    expect(theirs.names).toEqual(ours.names);
    for (const image of images) {
      const [a, b] = [(await ours.detect(sharedPath(image))).boxes, (await theirs.detect(sharedPath(image))).boxes];
      expect(b.count).toBeGreaterThan(0);
      expect([...b.classes]).toEqual([...a.classes]);
      expect(largest(a.boxes, b.boxes)).toBeLessThan(1e-3);
      expect(largest(a.scores, b.scores)).toBeLessThan(1e-4);
    }
    await ours.dispose();
    await theirs.dispose();
  });
});

function largest(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0);
}
