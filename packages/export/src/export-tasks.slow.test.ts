// Models of tasks besides detection in the formats of other programs: their outputs, what the files say, and reading them back.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCheckpoint } from "@lookonce/checkpoint";
import { readImage } from "@lookonce/image";
import { OnnxEngine, Predictor } from "@lookonce/inference";
import { DetectionModel, modelFromCheckpoint, parseModelConfig, readModelConfig } from "@lookonce/nn";
import { modelMetadata, parseModel } from "@lookonce/onnx";
import { Random } from "@lookonce/random";
import { describeGolden, expectClose, sharedPath, slimModelFile } from "@lookonce/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { channelsLast } from "./channels-last.ts";
import { checkImage } from "./check-image.ts";
import { predict } from "./compare.ts";
import { exportOnnx } from "./onnx/export-onnx.ts";
import { exportSavedModel } from "./saved-model/export-saved-model.ts";
import { tinyModel, useOnnxRuntime } from "./test-tiny-model.ts";
import { exportTfjs } from "./tfjs/export-tfjs.ts";

let folder = "";
beforeAll(async () => {
  await useOnnxRuntime();
  folder = mkdtempSync(join(tmpdir(), "lookonce-tasks-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const golden = (task: string): string => `golden/tasks/e2e/${task}/model.pt`;

function trained(task: string): DetectionModel {
  return modelFromCheckpoint(readCheckpoint(sharedPath(golden(task))), `${task}.pt`);
}

/** `hasValues`: whether there are numbers without unit, mask coefficients or angles. */
const cases = [
  {
    ...{ task: "segment", output0: ["batch", 39, "anchors"], output1: ["batch", 32, "mask_height", "mask_width"] },
    hasValues: true,
  },
  { task: "pose", output0: ["batch", 17, "anchors"], output1: undefined, hasValues: false },
  { task: "obb", output0: ["batch", 8, "anchors"], output1: undefined, hasValues: true },
  { task: "classify", output0: ["batch", 7], output1: undefined, hasValues: false },
];

describeGolden("ONNX files of the trained models", ["tasks/e2e/segment/model.pt"], () => {
  it.each(cases)("$task: outputs are named, described and those of the model", async ({ task, output0, output1 }) => {
    const model = trained(task);
    const file = join(folder, `${task}.onnx`);
    const { differences } = await exportOnnx(model, { file, imgsz: 96, dynamic: true });
    expect(Math.max(...Object.values(differences))).toBeLessThan(1e-2);
    const { graph, ...rest } = parseModel(readFileSync(file), file);
    expect(graph.inputs[0]).toMatchObject({ name: "images", shape: ["batch", 3, "height", "width"] });
    const outputs = [["output0", output0] as const, ...(output1 ? [["output1", output1] as const] : [])];
    expect(graph.outputs.map(({ name, shape }) => [name, shape])).toEqual(outputs);
    const metadata = modelMetadata({ graph, ...rest });
    const keypoints = model.head.keypointShape;
    expect(metadata).toMatchObject({ task, stride: task === "classify" ? "1" : "32", imgsz: "[96, 96]" });
    expect(metadata.kpt_shape).toBe(keypoints && `[${keypoints.join(", ")}]`);

    const shape = [2, 3, 64, 128] as const;
    const images = await checkImage({ batch: 2, height: 64, width: 128 });
    const engine = await OnnxEngine.create(readFileSync(file));
    const [first, second] = await engine.run(images, shape);
    const expected = await predict(model, images, shape);
    expect(first?.shape).toEqual(expected.shape);
    expectClose(first?.data ?? [], expected.data, { abs: 5e-3, rel: 1e-4 });
    expect(second && channelsLast(second).length).toBe(expected.prototypes?.length);
    if (second !== undefined) expectClose(channelsLast(second), expected.prototypes ?? [], { abs: 1e-3 });
    await engine.dispose();
    model.dispose();
  });

  it.each(cases)("$task: half precision is checked and close", async ({ task, hasValues }) => {
    const model = trained(task);
    const file = join(folder, `${task}-half.onnx`);
    const { differences } = await exportOnnx(model, { file, imgsz: 96, half: true });
    expect(differences.probability).toBeLessThan(0.01);
    expect(differences.value !== undefined).toBe(hasValues);
    expect(differences.value ?? 0).toBeLessThan(0.02);
    model.dispose();
  });

  it.each(cases)("$task: files are read back by themselves, with the same results", async ({ task }) => {
    const model = trained(task);
    const file = join(folder, `${task}-read.onnx`);
    await exportOnnx(model, { file, imgsz: 96 });
    await compareResults({ onnxFile: file }, model);
    model.dispose();
  });

  it("classify: YOLOv5's files are read back, too, whose images are normalized besides", async () => {
    const { source } = readModelConfig("yolov5n-cls", { nc: 3 });
    const config = parseModelConfig(slimModelFile(source, { depth: 0.33, width: 0.0625 }));
    const model = new DetectionModel(config, { rng: new Random(3) }).eval();
    const file = join(folder, "classify-v5.onnx");
    await exportOnnx(model, { file, imgsz: 96 });
    await compareResults({ onnxFile: file }, model, 1e-5);
    model.dispose();
  });

  it.each(cases)("$task: graph models of TensorFlow.js are read back, too", async ({ task }) => {
    const model = trained(task);
    const file = join(folder, `${task}_web_model`);
    await exportTfjs(model, { file, imgsz: 96 });
    await compareResults({ onnxFile: join(file, "model.json") }, model);
    model.dispose();
  });

  it.each(cases.slice(0, 3))("$task: suppression inside finds what it finds outside", async ({ task }) => {
    const model = trained(task);
    const file = join(folder, `${task}-nms.onnx`);
    await exportOnnx(model, { file, imgsz: 96, nms: true, maxDet: 20, conf: 0.25 });
    const { graph } = parseModel(readFileSync(file), file);
    expect(graph.outputs[0]).toMatchObject({ name: "output0", shape: [1, 20, 6 + model.extras] });
    expect(graph.outputs.map(({ name }) => name)).toEqual(task === "segment" ? ["output0", "output1"] : ["output0"]);
    await compareResults({ onnxFile: file }, model);
    model.dispose();
  });

  it("classify: refuses suppression, which it has no use for", async () => {
    const model = trained("classify");
    const file = join(folder, "none.onnx");
    await expect(exportOnnx(model, { file, imgsz: 96, nms: true })).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringContaining("cannot be exported with nms: it has no boxes"),
    });
    model.dispose();
  });
});

/** Compares what a file and the model itself find in an image of the golden validation set, as JSON, and areas of masks. */
async function compareResults(file: { onnxFile: string }, model: DetectionModel, abs = 0.1): Promise<void> {
  const image = await readImage(join(sharedPath("golden/tasks/e2e"), validationImage(model.task)));
  const [one, other] = await Promise.all([
    Predictor.create({ ...file, imgsz: 96, workers: 0 }),
    Predictor.create({ model, imgsz: 96, workers: 0, rect: false }),
  ]);
  const [found, expected] = [await one.detect(image), await other.detect(image)];
  await Promise.all([one.dispose(), other.dispose()]);
  const numbers = numbersOf(expected.toJSON());
  expect(numbers.length).toBeGreaterThan(7);
  expectClose(numbersOf(found.toJSON()), numbers, { abs });
  expectClose(areasOf(found), areasOf(expected), { abs: 3 });
}

/** Pixels of each mask. */
function areasOf({ masks }: Awaited<ReturnType<Predictor["detect"]>>): number[] {
  return (masks?.masks.patches ?? []).map(({ data }) => data.reduce((sum, pixel) => sum + pixel, 0));
}

/** The numbers of a result in order, but for times and for outlines, which a single pixel makes longer. */
function numbersOf(value: unknown): number[] {
  if (typeof value === "number") return [value];
  if (Array.isArray(value)) return value.flatMap(numbersOf);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => (key === "speed" || key === "segments" ? [] : numbersOf(item)));
}

function validationImage(task: string): string {
  return task === "classify" ? "classify/dataset/val/star/000.png" : `${task}/dataset/images/val/000.png`;
}

const heads = [
  {
    name: "YOLOv8's Segment",
    family: "v8",
    head: "Segment, [nc, 4, 16]",
    shapes: [
      [7 + 4, 480],
      [32, 48, 4],
    ],
  },
  {
    name: "YOLOv5's Segment",
    family: "v5",
    head: "Segment, [nc, anchors, 4, 16]",
    shapes: [
      [960, 8 + 4],
      [32, 48, 4],
    ],
  },
  { name: "Pose", family: "v8", head: "Pose, [nc, [2, 3]]", shapes: [[7 + 6, 480]] },
  { name: "OBB", family: "v8", head: "OBB, [nc, 1]", shapes: [[7 + 1, 480]] },
] as const;

describe.each(heads)("TensorFlow's formats of $name", ({ family, head, shapes }) => {
  it("have the outputs of the model, for any number of images", async () => {
    const model = await tinyModel(family, 5, head);
    const file = join(folder, `${model.task}-${family}_web_model`);
    await exportTfjs(model, { file, imgsz: [64, 96], dynamic: true });
    const { signature, userDefinedMetadata } = JSON.parse(readFileSync(join(file, "model.json"), "utf8"));
    const sizes = Object.values<{ tensorShape: { dim: { size: string }[] } }>(signature.outputs).map((output) =>
      output.tensorShape.dim.map(({ size }) => Number(size)),
    );
    expect(Object.keys(signature.outputs)).toEqual(shapes.map((_, i) => `output${i}`));
    expect(sizes).toEqual(shapes.map((shape) => [-1, ...shape]));
    expect(userDefinedMetadata).toMatchObject({ task: model.task, family });
    expect(userDefinedMetadata.kpt_shape).toEqual(model.head.keypointShape);
    model.dispose();
  });

  it("are written as a SavedModel, compared with the model", async () => {
    const model = await tinyModel(family, 5, head);
    const file = join(folder, `${model.task}-${family}_saved_model`);
    const { differences } = await exportSavedModel(model, { file, imgsz: [64, 96] });
    expect(differences.pixels).toBeLessThan(1e-2);
    expect(differences.value ?? 0).toBeLessThan(1e-3);
    expect(readFileSync(join(file, "metadata.yaml"), "utf8")).toContain(`task: "${model.task}"`);
    model.dispose();
  });
});
