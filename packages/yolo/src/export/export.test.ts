import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { readCheckpoint } from "@lookonce/checkpoint";
import { describe, expect, it } from "vitest";
import { type ExportOptions, exportPlans, YOLO } from "../index.ts";
import { makeDecided, temporaryFolder, writeTinyAnchorModel, writeTinyModel } from "../test-model.ts";

const folder = temporaryFolder();
const gray = (width: number, height: number): { data: Uint8Array; width: number; height: number } => ({
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 37) % 256),
  width,
  height,
});

describe.each([
  { family: "v8", write: writeTinyModel },
  { family: "v5", write: writeTinyAnchorModel },
])("YOLO.export of $family", ({ family, write }) => {
  const own = join(folder, family);
  mkdirSync(own);

  it.each([
    { format: "onnx", name: "onnx", load: "" },
    { format: "tfjs", name: "_web_model", load: "/model.json" },
    { format: "safetensors", name: "safetensors", load: "" },
    { format: "pt", name: "_state_dict.pt", load: "" },
  ])("writes $format beside the model, which finds the same when it is loaded", async ({ format, name, load }) => {
    const fresh = await YOLO.load(write(own));
    const { file: weights } = await fresh.export({ file: join(own, `decided-${format}.safetensors`), imgsz: 64 });
    makeDecided(weights);
    const model = await YOLO.load(weights);
    const report = await model.export({
      format,
      imgsz: [64, 96],
      ...(format === "safetensors" ? { file: join(own, "again.safetensors") } : {}),
    });
    expect(report.file.endsWith(name)).toBe(true);
    expect(existsSync(report.file)).toBe(true);
    const back = await YOLO.load(`${report.file}${load}`);
    const options = { imgsz: 96, conf: 0.05, rect: true };
    const [[ours], [theirs]] = [await model.predict(gray(96, 64), options), await back.predict(gray(96, 64), options)];
    expect(theirs?.boxes.count).toBeGreaterThan(0);
    expect(theirs?.boxes.classes).toEqual(ours?.boxes.classes);
    const largest = Math.max(
      ...(theirs?.boxes.boxes ?? []).map((value, i) => Math.abs(value - (ours?.boxes.boxes[i] as number))),
    );
    expect(largest).toBeLessThan(1e-2);
    for (const one of [fresh, model, back]) await one.dispose();
  });
});

describe("YOLO.export", () => {
  it("finds the format by the file's ending, and accepts other words for it", async () => {
    const model = await YOLO.load(writeTinyModel(folder));
    const byFile = await model.export({ file: join(folder, "new", "named.safetensors"), imgsz: 64, half: true });
    expect(byFile.format).toBe("safetensors");
    const byWord = await model.export({ format: "SavedModel", file: join(folder, "graph/"), imgsz: 64 });
    expect(byWord).toMatchObject({ format: "saved_model", file: join(folder, "graph") });
    expect(readdirSync(byWord.file).sort()).toEqual(["metadata.yaml", "saved_model.pb"]);
    await model.dispose();
  });

  it("keeps what is known of the model from file to file, and does not overwrite it", async () => {
    const path = join(folder, "source.safetensors");
    const fresh = await YOLO.load(writeTinyModel(folder));
    await fresh.export({ file: path, imgsz: 64 });
    const model = await YOLO.load(path);
    const { mtimeMs } = statSync(path);
    await expect(model.export({ format: "safetensors" })).rejects.toMatchObject({
      code: "ARGUMENT",
      message: expect.stringContaining("is the model itself: name another file, such as"),
    });
    expect(statSync(path).mtimeMs).toBe(mtimeMs);
    const { file } = await model.export({ format: "torch", imgsz: 64 });
    expect(readCheckpoint(file)).toMatchObject({ names: ["0", "1", "2"], nc: 3, stride: [8, 16, 32] });
    await fresh.dispose();
    await model.dispose();
  });

  it.each<[ExportOptions, RegExp]>([
    [{ format: "onxn" }, /there is no format "onxn"\. Did you mean "onnx"\?/],
    [{ format: "tensorrt" }, /not written here: TensorRT builds engines from \.onnx with trtexec/],
    [{ format: "tfjs", opset: 17 }, /opset is not for the format tfjs: onnx knows it/],
    [{ format: "torch", nms: true }, /nms is not for the format torch: onnx knows it/],
    [{ int8: true }, /int8 for onnx learns ranges of numbers from images: name a data set with data=/],
    [{ data: "x.yaml" }, /data is for int8/],
    [{ fraction: 0.5 }, /fraction is of the data for int8/],
    [{ int8: true, data: "x.yaml", fraction: 0 }, /fraction must be above 0/],
    [{ format: "onnx", file: "a.pt" }, /a\.pt cannot be of the format onnx: its files end in \.onnx/],
    [{ format: "tfjs", file: "a.onnx" }, /a\.onnx cannot be of the format tfjs: it is a folder/],
    [{ batch: 0 }, /batch must be a whole number from 1 on/],
  ])("refuses %j", async (options, message) => {
    const model = await YOLO.load(writeTinyModel(folder));
    await expect(model.export({ imgsz: 64, ...options })).rejects.toThrow(message);
    await model.dispose();
  });

  it("refuses a data set that is not there, and writes nothing", async () => {
    const model = await YOLO.load(writeTinyModel(folder));
    const file = join(folder, "int8.onnx");
    await expect(model.export({ int8: true, data: join(folder, "no.yaml"), file, imgsz: 64 })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    expect(existsSync(file)).toBe(false);
    await model.dispose();
  });
});

describe("exportPlans", () => {
  it("passes each format the options that it knows", async () => {
    const plans = await exportPlans(["onnx", "pt", "onnx"], { half: true, opset: 15, dynamic: false });
    expect(plans).toEqual([
      { format: "onnx", options: { format: "onnx", half: true, opset: 15 }, leftOut: [] },
      { format: "torch", options: { format: "torch", half: true }, leftOut: ["opset"] },
    ]);
  });

  it("refuses options that none knows, and one file for several formats", async () => {
    await expect(exportPlans(["tfjs", "torch"], { nms: true })).rejects.toThrow(
      /nms is not for the format tfjs, torch/,
    );
    await expect(exportPlans(["tfjs", "onnx"], { file: "a.onnx" })).rejects.toThrow(/file names one place/);
  });
});
