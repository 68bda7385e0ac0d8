import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { blankImage, type Image, writeImage } from "@lookonce/image";
import { describe, expect, it } from "vitest";
import { makeDecided, temporaryFolder, writeTinyModel } from "./test-model.ts";
import { YOLO } from "./yolo.ts";

const folder = temporaryFolder();
const tiny = writeTinyModel(folder);
const detectAll = { imgsz: 64, conf: 0.00001, maxDet: 5 };

/** An image with an edge, so that predictions differ from place to place. */
function image(width = 64, height = 48): Image {
  const blank = blankImage({ width, height }, 30);
  for (let i = 0; i < blank.data.length / 2; i++) blank.data[i] = (i * 7) % 256;
  return blank;
}

describe("YOLO.load", () => {
  it.each([
    ["missing.pt", "NOT_FOUND", /there is no model missing\.pt\./],
    ["missing.onnx", "NOT_FOUND", /missing\.onnx/],
    ["yolov7n.yaml", "NOT_FOUND", /yolov8\.yaml/],
    ["model.h5", "ARGUMENT", /expected \.pt/],
  ])("says what is wrong with %s", async (name, code, message) => {
    await expect(YOLO.load(name)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it("refuses a folder that is named like weights", async () => {
    mkdirSync(join(folder, "folder.pt"));
    await expect(YOLO.load(join(folder, "folder.pt"))).rejects.toThrow(/is a folder/);
  });
});

describe("YOLO.info", () => {
  it("rounds the image's side up and reports it", async () => {
    const lines: string[] = [];
    const model = await YOLO.load(tiny, { log: (line) => lines.push(line) });
    const info = await model.info({ imgsz: 65 });
    expect(info.imgsz).toBe(96);
    expect(info.modules[0]?.shape).toEqual([48, 48, 8]);
    expect(lines).toEqual([expect.stringMatching(/imgsz 65 .* stride 32: 96 is used/)]);
  });
});

describe("YOLO.info of shapes alone", () => {
  it("enters no device", async () => {
    const { engine } = await import("@tensorflow/tfjs-core");
    const before = { backends: Object.keys(engine().registryFactory), tensors: engine().state.numTensors };
    const { parameters, head } = await (await YOLO.load("yolov8x.yaml")).info();
    expect([parameters, head.parameters]).toEqual([68229648, 8795008]);
    await (await YOLO.load(tiny)).info();
    expect({ backends: Object.keys(engine().registryFactory), tensors: engine().state.numTensors }).toEqual(before);
  });

  it("describes every parameter when asked", async () => {
    const { details, parameters } = await (await YOLO.load(tiny)).info({ imgsz: 64, detailed: true });
    const tensors = details?.flatMap((module) => module.tensors) ?? [];
    expect(tensors.reduce((sum, tensor) => sum + tensor.parameters, 0)).toBe(parameters);
    expect(tensors.every(({ mean, std }) => Number.isFinite(mean) && std >= 0)).toBe(true);
    const fresh = await (await YOLO.load("yolov8n.yaml")).info({ detailed: true });
    const first = fresh.details?.find(({ path }) => path === "model.0.conv")?.tensors[0];
    expect(first).toMatchObject({ name: "weight", shape: [16, 3, 3, 3], gradient: true });
    expect(first?.std).toBeCloseTo(1 / Math.sqrt(27) / Math.sqrt(3), 2);
  });
});

describe("YOLO.graph", () => {
  it("writes an event file and an ONNX file named after the model", async () => {
    const directory = join(folder, "graph");
    const model = await YOLO.load(tiny);
    const { events, onnx, nodes } = await model.graph(directory, { imgsz: 64 });
    expect(onnx).toBe(join(directory, "tiny-v8.onnx"));
    expect(readdirSync(directory).sort()).toEqual([basename(events), "tiny-v8.onnx"]);
    expect(nodes).toBeGreaterThan(100);
    await model.dispose();
  });

  it("is refused for exported models", async () => {
    const path = join(folder, "exported.onnx");
    writeFileSync(path, "");
    const model = await YOLO.load(path);
    await expect(model.graph(folder)).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });
});

describe("YOLO.predict", () => {
  it("accepts pixels, bytes, paths and lists of them, and finds the same in all", async () => {
    const path = join(folder, "image.png");
    await writeImage(path, image());
    const model = await YOLO.load(tiny);
    const [fromPixels] = await model.predict(image(), detectAll);
    const [fromPath, again] = await model.predict([path, image()], detectAll);
    expect(fromPixels?.boxes.count).toBe(5);
    expect(fromPath?.boxes).toEqual(fromPixels?.boxes);
    expect(again?.boxes).toEqual(fromPixels?.boxes);
    expect(fromPath?.path).toBe(path);
    await model.dispose();
  });

  it("draws other random weights with another seed, and the same with the same", async () => {
    const boxes = async (seed: number): Promise<unknown> => {
      const model = await YOLO.load(tiny, { seed });
      const [result] = await model.predict(image(), detectAll);
      await model.dispose();
      return result?.boxes;
    };
    expect(await boxes(1)).toEqual(await boxes(1));
    expect(await boxes(1)).not.toEqual(await boxes(2));
  });

  it("works again after dispose", async () => {
    const model = await YOLO.load(tiny);
    const [before] = await model.predict(image(), detectAll);
    await model.dispose();
    const [after] = await model.predict(image(), detectAll);
    expect(after?.boxes).toEqual(before?.boxes);
    await model.dispose();
  });

  it("reports images that it leaves out", async () => {
    const images = join(folder, "images");
    mkdirSync(images);
    await writeImage(join(images, "good.png"), image());
    writeFileSync(join(images, "bad.png"), "no image");
    copyFileSync(join(images, "bad.png"), join(images, "worse.png"));
    const model = await YOLO.load(tiny);
    const skipped: string[] = [];
    const results = await model.predict(images, { ...detectAll, onSkip: ({ path }) => skipped.push(path) });
    expect(results.map(({ path }) => path)).toEqual([join(images, "good.png")]);
    expect(skipped).toEqual(["bad.png", "worse.png"].map((name) => join(images, name)));
    await model.dispose();
  });
});

describe("YOLO.export", () => {
  it("writes a file that finds what the model finds", async () => {
    const fresh = await YOLO.load(tiny);
    const { file: weights } = await fresh.export({ format: "safetensors", imgsz: 64 });
    makeDecided(weights);
    const model = await YOLO.load(weights);
    const file = join(folder, "tiny.onnx");
    const report = await model.export({ file, imgsz: 64 });
    expect(report.largestDifference).toBeLessThan(0.01);
    const exported = await YOLO.load(file);
    const options = { ...detectAll, rect: false };
    const [[own], [theirs]] = [await model.predict(image(), options), await exported.predict(image(), options)];
    expect(theirs?.boxes.count).toBe(5);
    expect(theirs?.boxes.classes).toEqual(own?.boxes.classes);
    theirs?.boxes.boxes.forEach((value, i) => {
      expect(value).toBeCloseTo(own?.boxes.boxes[i] as number, 2);
    });
    const lines: string[] = [];
    const fixed = await YOLO.load(file, { log: (line) => lines.push(line) });
    await fixed.predict(image(), { ...options, imgsz: 96 });
    expect(lines.join()).toMatch(/accepts images of 64 × 64: that is used in place of imgsz 96/);
    await fixed.dispose();
    await expect(exported.info()).rejects.toThrow(/an exported model can be used to predict, not to list its layers/);
    await expect(exported.export()).rejects.toMatchObject({ code: "UNSUPPORTED" });
    await fresh.dispose();
    await model.dispose();
    await exported.dispose();
  });
});
