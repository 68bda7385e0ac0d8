import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OnnxEngine, Predictor } from "@lookonce/inference";
import { modelMetadata, type OnnxModel, parseModel } from "@lookonce/onnx";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { largestDifferences, predict } from "../compare.ts";
import { type ExportOnnxOptions, exportOnnx } from "../index.ts";
import { testImage } from "../test-image.ts";
import { tinyModel, useOnnxRuntime } from "../test-tiny-model.ts";
import { calibrationImages } from "./test-calibration.ts";

let folder = "";
beforeAll(async () => {
  await useOnnxRuntime();
  folder = mkdtempSync(join(tmpdir(), "lookonce-onnx-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const families = ["v8", "v5"] as const;
let files = 0;

/** Exports and reads back. */
async function exported(
  family: "v5" | "v8",
  options: Omit<ExportOnnxOptions, "file">,
): Promise<{ file: string; onnx: OnnxModel; bytes: number }> {
  const file = join(folder, `${files++}.onnx`);
  const { bytes } = await exportOnnx(await tinyModel(family), { file, imgsz: 64, ...options });
  return { file, onnx: parseModel(readFileSync(file), file), bytes };
}

function typesOf({ graph }: OnnxModel): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type, data } of graph.initializers.values()) counts[type] = (counts[type] ?? 0) + data.length;
  return counts;
}

describe.each(families)("%s", (family) => {
  it.each<Omit<ExportOnnxOptions, "file">>([{}, { nms: true }, { dynamic: true, nms: true }, { half: true }])(
    "has no initializer that no node reads with %o",
    async (options) => {
      const { graph } = (await exported(family, options)).onnx;
      const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
      expect([...graph.initializers.keys()].filter((name) => !read.has(name))).toEqual([]);
    },
  );
});

describe.each(families)("%s with dynamic", (family) => {
  it("says which sizes are free", async () => {
    const { onnx } = await exported(family, { dynamic: true, batch: 2, imgsz: [64, 96] });
    expect(onnx.graph.inputs).toEqual([{ name: "images", type: "float32", shape: ["batch", 3, "height", "width"] }]);
    const shape = { v8: ["batch", 7, "anchors"], v5: ["batch", "anchors", 8] }[family];
    expect(onnx.graph.outputs).toEqual([{ name: "output0", type: "float32", shape }]);
    expect(modelMetadata(onnx)).toMatchObject({ imgsz: "[64, 96]", batch: "2" });
    expect(modelMetadata(onnx).args).toContain("'dynamic': True");
  });

  it("agrees with the model at sizes and numbers of images that it was not exported for", async () => {
    const { file } = await exported(family, { dynamic: true });
    const model = await tinyModel(family);
    const engine = await OnnxEngine.create(readFileSync(file));
    for (const shape of [
      [1, 3, 64, 64],
      [3, 3, 32, 160],
      [2, 3, 8, 8],
    ] as const) {
      const images = testImage(shape);
      const [output] = await engine.run(images, shape);
      const found = output as { data: Float32Array; shape: number[] };
      const worst = largestDifferences({ model, expected: await predict(model, images, shape), found });
      expect(worst.pixels).toBeLessThan(1e-2);
      expect(worst.probability).toBeLessThan(1e-4);
    }
    await engine.dispose();
  });

  it("is run on images of any size", async () => {
    const { file } = await exported(family, { dynamic: true });
    const predictor = await Predictor.create({ onnxFile: file, imgsz: 96, workers: 0 });
    const { inputSize } = await predictor.detect({ data: new Uint8Array(96 * 48 * 3), width: 96, height: 48 });
    expect(inputSize).toEqual({ width: 96, height: 48 });
    await predictor.dispose();
  });
});

describe.each(families)("%s with half", (family) => {
  it("keeps its weights in half precision, and its inputs and outputs in single", async () => {
    const [plain, half] = [await exported(family, {}), await exported(family, { half: true })];
    const [before, after] = [typesOf(plain.onnx), typesOf(half.onnx)];
    expect(after.float16).toBeGreaterThan(0.9 * (before.float32 as number) - 1000);
    expect(half.bytes).toBeLessThan(0.75 * plain.bytes);
    expect(half.onnx.graph.inputs[0]?.type).toBe("float32");
    expect(half.onnx.graph.outputs[0]?.type).toBe("float32");
    expect(modelMetadata(half.onnx).args).toContain("'half': True");
  });
});

describe.each(families)("%s with nms", (family) => {
  it("returns as many rows as asked for, with the thresholds in its metadata", async () => {
    const { onnx } = await exported(family, { nms: true, conf: 0.01, iou: 0.6, maxDet: 7, agnosticNms: true });
    expect(onnx.graph.outputs).toEqual([{ name: "output0", type: "float32", shape: [1, 7, 6] }]);
    expect(modelMetadata(onnx).args).toContain(
      "'nms': True, 'conf': 0.01, 'iou': 0.6, 'max_det': 7, 'agnostic_nms': True",
    );
  });

  // Each export is compared with our own suppression before it is written, row by row.
  it.each<[string, Omit<ExportOnnxOptions, "file">]>([
    ["many detections of each class", { conf: 0, iou: 0.9 }],
    ["more detections than rows", { conf: 0, iou: 0.9, maxDet: 3 }],
    ["classes that suppress each other", { conf: 0, agnosticNms: true }],
    ["no detection at all", { conf: 1 }],
    ["half precision, free sizes and several images", { conf: 0, half: true, dynamic: true, batch: 3, opset: 20 }],
  ])("agrees with ours: %s", async (_, options) => {
    const { file } = await exported(family, { nms: true, ...options });
    const engine = await OnnxEngine.create(readFileSync(file));
    const shape = [options.batch ?? 1, 3, 64, 64];
    const [rows] = await engine.run(testImage(shape as never), shape);
    expect(rows?.shape).toEqual([options.batch ?? 1, options.maxDet ?? 300, 6]);
    const confidences = rows?.data.filter((_value, i) => i % 6 === 4) as Float32Array;
    if (options.conf === 0) expect(confidences[0]).toBeGreaterThan(0);
    else expect(confidences.every((value) => value === 0)).toBe(true);
    await engine.dispose();
  });

  it("finds in its predictor what the same file without it finds", async () => {
    const [plain, nms] = [await exported(family, {}), await exported(family, { nms: true, conf: 0 })];
    const image = {
      data: Uint8Array.from(testImage([1, 3, 64, 64]), (value) => 255 * value),
      width: 64,
      height: 64,
    };
    const found = [];
    for (const { file } of [plain, nms]) {
      const predictor = await Predictor.create({ onnxFile: file, conf: 0, workers: 0 });
      found.push((await predictor.detect(image)).boxes);
      await predictor.dispose();
    }
    const [a, b] = found as [NonNullable<(typeof found)[0]>, NonNullable<(typeof found)[0]>];
    expect(a.count).toBeGreaterThan(3);
    expect([...b.classes]).toEqual([...a.classes]);
    expect(Math.max(...a.boxes.map((value, i) => Math.abs(value - (b.boxes[i] as number))))).toBeLessThan(1e-3);
  });
});

describe.each(families)("%s with int8", (family) => {
  it("keeps inner weights as bytes, and the last convolutions in single precision", async () => {
    const counted: number[] = [];
    const { onnx, bytes } = await exported(family, {
      int8: true,
      calibration: calibrationImages(4),
      onCalibrated: (images) => counted.push(images),
    });
    const plain = await exported(family, {});
    expect(counted).toEqual([1, 2, 3, 4]);
    expect(bytes).toBeLessThan(plain.bytes);
    expect(typesOf(onnx).int8).toBeGreaterThan(0.7 * (typesOf(plain.onnx).float32 as number));
    const producers = new Map(onnx.graph.nodes.map((node) => [node.outputs[0], node.op]));
    const convolutions = onnx.graph.nodes.filter(({ op }) => op === "Conv");
    const inSingle = convolutions.filter(({ inputs }) => producers.get(inputs[1] as string) !== "DequantizeLinear");
    expect(inSingle).toHaveLength({ v8: 4, v5: 2 }[family]);
    expect(modelMetadata(onnx).args).toContain("'int8': True");
  });

  it("is to be had of free size with suppression", async () => {
    const calibration = calibrationImages(2);
    const { onnx } = await exported(family, { int8: true, calibration, dynamic: true, nms: true, opset: 21 });
    expect(onnx.graph.nodes.some(({ op }) => op === "QuantizeLinear")).toBe(true);
  });

  it("needs images", async () => {
    const none = exported(family, { int8: true, calibration: [] });
    await expect(none).rejects.toMatchObject({ code: "DATA", message: expect.stringContaining("no images") });
  });
});

describe("exportOnnx refuses", () => {
  it.each<[Omit<ExportOnnxOptions, "file">, string]>([
    [{ int8: true }, "int8 needs calibration data"],
    [{ int8: true, half: true, calibration: [] }, "half and int8 cannot both be had"],
    [{ conf: 0.3 }, "conf is for files with nms: set nms too, or leave conf out."],
    [{ maxDet: 3, nms: false }, "maxDet is for files with nms"],
    [{ calibration: [] }, "calibration is for files with int8"],
    [{ nms: true, conf: 1.5 }, "conf must be a number from 0 to 1, not 1.5."],
    [{ nms: true, iou: Number.NaN }, "iou must be a number from 0 to 1, not NaN."],
    [{ nms: true, maxDet: 0 }, "maxDet must be a whole number from 1 on, not 0."],
    [{ batch: 1.5 }, "batch must be a whole number from 1 on, not 1.5."],
    [{ opset: 12 }, "opset must be a whole number from 13 to 22, not 12."],
    [{ opset: 23 }, "opset must be a whole number from 13 to 22, not 23."],
    [
      { int8: true, calibration: [], calibrationMethod: "entropy" as never },
      'calibrationMethod must be one of mse, minmax, percentile, not "entropy".',
    ],
  ])("%o", async (options, message) => {
    await expect(exported("v8", options)).rejects.toMatchObject({
      code: "ARGUMENT",
      message: expect.stringContaining(message),
    });
  });
});
