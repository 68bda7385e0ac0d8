import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Image } from "@lookonce/image";
import { GraphBuilder, ints, type OnnxModel, serializeModel, type TensorType } from "@lookonce/onnx";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OnnxEngine, Predictor, type Results } from "../index.ts";

type Shape = readonly (number | string)[];

interface FileOptions {
  input?: Shape;
  type?: TensorType;
  /** Missing: not declared. */
  output?: Shape | undefined;
  metadata?: Record<string, string>;
  opset?: number;
  /** Makes the output of predictions [N, 7, 1]. */
  end?: (graph: GraphBuilder, predictions: string) => string;
}

/**
 * A network of one output row per class, whose box and probability are means of the image's colors: a file of the
 * right form whose answers can be worked out by hand. [N, 3, H, W] → [N, 3 + 4, 1]: x = y = w = h = 16, then R, G, B.
 */
function detectorModel({ opset = 17, metadata = {}, end = (_, value) => value, ...options }: FileOptions): OnnxModel {
  const { input = [1, 3, 32, 32], type = "float32" } = options;
  const graph = new GraphBuilder();
  let x = graph.input("images", type, input);
  if (type !== "float32") x = graph.node("Cast", [x], { to: { int: 1 } });
  const means = graph.node("ReduceMean", [x], { axes: ints([2]), keepdims: { int: 1 } });
  const columns = graph.node("ReduceMean", [means], { axes: ints([3]), keepdims: { int: 1 } });
  const axes = graph.initializer({ type: "int64", shape: [1], data: BigInt64Array.of(3n) });
  const colors =
    opset < 13 ? graph.node("Squeeze", [columns], { axes: ints([3]) }) : graph.node("Squeeze", [columns, axes]);
  const sixteen = graph.initializer({ type: "float32", shape: [1, 4, 1], data: new Float32Array(4).fill(16) });
  const nothing = graph.node("Mul", [
    graph.node("ReduceMax", [colors], { axes: ints([1]), keepdims: { int: 1 } }),
    graph.initializer({ type: "float32", shape: [], data: new Float32Array(1) }),
  ]);
  const box = graph.node("Add", [sixteen, nothing]);
  let result = end(graph, graph.node("Concat", [box, colors], { axis: { int: 1 } }));
  if (type === "float16") result = graph.node("Cast", [result], { to: { int: 10 } });
  const named = graph.node("Identity", [result], {}, { outputs: ["output0"] });
  const output = "output" in options ? options.output : [1, 7, 1];
  graph.output(named, type === "float16" ? type : "float32", output);
  return graph.build({ opset, metadata });
}

function detectorFile(options: FileOptions): Uint8Array {
  return serializeModel(detectorModel(options));
}

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lookonce-file-detector-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(bytes: Uint8Array): string {
  const path = join(folder, "model.onnx");
  writeFileSync(path, bytes);
  return path;
}

/** An image of one channel at its brightest. */
const colored = (channel: number): Image => ({
  width: 16,
  height: 32,
  data: Uint8Array.from({ length: 16 * 32 * 3 }, (_, i) => (i % 3 === channel ? 255 : 0)),
});
const [red, green] = [colored(0), colored(1)];

describe("an ONNX file", () => {
  it("is fed with planes of RGB from 0 to 1, letterboxed to its own size", async () => {
    const metadata = { names: "{0: 'red', 1: 'green', 2: 'blue'}", stride: "16", task: "detect" };
    const predictor = await Predictor.create({ onnxFile: write(detectorFile({ metadata })), imgsz: 640 });
    expect(predictor.imgsz).toEqual([32, 32]);
    const { boxes, names } = await predictor.detect(green);
    expect(names).toEqual(["red", "green", "blue"]);
    expect([...boxes.classes]).toEqual([1]);
    // Half the canvas is the green image, half the gray border of 114.
    expect(boxes.scores[0]).toBeCloseTo((1 + 114 / 255) / 2, 5);
    // The box from 8 to 24 in both directions, 8 pixels to the left.
    expect([...boxes.boxes]).toEqual([0, 8, 16, 24]);
    await predictor.dispose();
  });

  it("of free size accepts images padded to its stride, and has numbers for names", async () => {
    const file = detectorFile({ input: [1, 3, "height", "width"], output: [1, 7, 8400], metadata: { stride: "16" } });
    const predictor = await Predictor.create({ onnxFile: write(file), imgsz: 64 });
    const result = await predictor.detect(green);
    expect(result.inputSize).toEqual({ width: 32, height: 64 });
    expect(result.toJSON().boxes[0]?.name).toBe("1");
    expect(result.boxes.scores[0]).toBeCloseTo(1, 5);
    await predictor.dispose();
  });

  it.each<[string, FileOptions, string]>([
    ["images of bytes", { type: "uint8" }, "accepts uint8 [1, 3, 32, 32]; a detector accepts float32 images"],
    ["one channel", { input: [1, 1, 32, 32] }, "accepts float32 [1, 1, 32, 32]"],
    ["channels last", { input: [1, 32, 32, 3] }, "accepts float32 [1, 32, 32, 3]; a detector accepts"],
    ["one free side", { input: [1, 3, 32, "width"] }, "accepts float32 [1, 3, 32, width]"],
    ["detections without names", { output: [1, 9, 6], metadata: { end2end: "True" } }, "has no names for its classes"],
    [
      "names that do not fit",
      { metadata: { names: "{0: 'a'}" } },
      "returns [1, 7, 1]; a detector returns [1, 5, anchors] or [1, anchors, 6] for its 1 class names",
    ],
    [
      "another task",
      { metadata: { task: "depth" } },
      `is a model for "depth". There is no task "depth"; there are detect`,
    ],
    ["two dimensions", { output: [7, 1] }, "returns [7, 1]; a detector returns [1, 4 + classes, anchors]"],
  ])("with %s is refused", async (_, options, message) => {
    await expect(Predictor.create({ onnxFile: write(detectorFile(options)) })).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringContaining(message),
    });
  });

  const names = "{0: 'red', 1: 'green', 2: 'blue'}";
  const turn = (graph: GraphBuilder, value: string): string =>
    graph.node("Transpose", [value], { perm: ints([0, 2, 1]) });

  it.each<[string, FileOptions]>([
    ["free in every size, named by its exporter", { input: ["N", 3, "h", "w"], output: ["N", 7, "anchors"] }],
    [
      "free, whose output's sizes have made-up names",
      { input: ["batch", 3, "height", "width"], output: ["a", "b", "c"] },
    ],
    ["that does not declare its output's shape", { input: ["batch", 3, 32, 32], output: undefined }],
    ["with channels of a name", { input: [1, "channels", 32, 32] }],
    ["of half precision", { type: "float16" }],
    ["of half precision and free size", { type: "float16", input: ["batch", 3, "h", "w"], output: ["batch", 7, "a"] }],
    ["for two images at once", { input: [2, 3, 32, 32], output: [2, 7, 1] }],
    ["with channels last", { end: turn, output: [1, 1, 7] }],
    ["of operator set 9", { opset: 9 }],
    ["of operator set 12, with names as JSON", { opset: 12, metadata: { names: '["red", "green", "blue"]' } }],
  ])("%s is run", async (_, options) => {
    const metadata = { names, stride: "16", task: "detect", ...options.metadata };
    const predictor = await Predictor.create({
      onnxFile: write(detectorFile({ ...options, metadata })),
      imgsz: 32,
      rect: false,
    });
    const items = [{ source: green }, { source: red }, { source: green }];
    const found = (await predictor.detectBatch(items)) as Results[];
    expect(found.map(({ boxes }) => [...boxes.classes])).toEqual([[1], [0], [1]]);
    for (const { boxes } of found) {
      expect(boxes.scores[0]).toBeCloseTo((1 + 114 / 255) / 2, 3);
      expect([...boxes.boxes]).toEqual([0, 8, 16, 24]);
    }
    await predictor.dispose();
  });

  it("that lists its weights as inputs, as old ones do, is run", async () => {
    const { graph, ...rest } = detectorModel({ opset: 9, metadata: { names } });
    const weights = [...graph.initializers].map(([name, { type, shape }]) => ({ name, type, shape }));
    const inputs = [...weights, ...graph.inputs] as typeof graph.inputs;
    const path = write(serializeModel({ ...rest, irVersion: 3, graph: { ...graph, inputs } }));
    const predictor = await Predictor.create({ onnxFile: path });
    expect([...(await predictor.detect(green)).boxes.classes]).toEqual([1]);
    await predictor.dispose();
  });

  /** Rows of two detections that overlap and one of padding, whatever the image. */
  const rows = (graph: GraphBuilder): string => {
    const data = Float32Array.of(8, 8, 24, 24, 0.9, 1, 9, 8, 24, 24, 0.6, 1, 0, 0, 0, 0, 0, 0);
    return graph.initializer({ type: "float32", shape: [1, 3, 6], data });
  };

  it.each(["v5", "v8"])("with suppression built in, of %s, returns its detections", async (family) => {
    const metadata = { names, stride: "16", args: "{'batch': 1, 'nms': True}", family };
    const file = write(detectorFile({ end: rows, output: [1, 3, 6], metadata }));
    const predictor = await Predictor.create({ onnxFile: file });
    const { boxes } = await predictor.detect(green);
    expect([...boxes.boxes]).toEqual([0, 8, 16, 24, 1, 8, 16, 24]);
    expect([...boxes.scores].map((value) => value.toFixed(3))).toEqual(["0.900", "0.600"]);
    expect([...boxes.classes]).toEqual([1, 1]);
    // More can be asked of what the file returns, not less.
    expect((await predictor.detect(green, { conf: 0.7 })).boxes.count).toBe(1);
    expect((await predictor.detect(green, { iou: 0.5 })).boxes.count).toBe(1);
    expect((await predictor.detect(green, { classes: [0] })).boxes.count).toBe(0);
    await predictor.dispose();
  });

  it("of YOLOv5 with a single class is not taken for one with suppression built in", async () => {
    const anchor = (graph: GraphBuilder): string => {
      const data = Float32Array.of(16, 16, 16, 16, 0.9, 0.5);
      return graph.initializer({ type: "float32", shape: [1, 1, 6], data });
    };
    const file = write(detectorFile({ end: anchor, output: [1, 1, 6], metadata: { names: "{0: 'cat'}" } }));
    const predictor = await Predictor.create({ onnxFile: file });
    const { boxes } = await predictor.detect(green);
    expect(boxes.scores[0]).toBeCloseTo(0.45, 5);
    expect([...boxes.boxes]).toEqual([0, 8, 16, 24]);
    await predictor.dispose();
  });

  it("that is damaged is refused", async () => {
    const bytes = detectorFile({});
    await expect(Predictor.create({ onnxFile: write(bytes.subarray(0, bytes.length / 2)) })).rejects.toMatchObject({
      code: "FORMAT",
    });
  });
});

describe("OnnxEngine", () => {
  it("refuses what ONNX Runtime cannot run", async () => {
    const graph = new GraphBuilder();
    graph.output(graph.node("NoSuchOperator", [graph.input("x", "float32", [1])]), "float32", [1]);
    const made = OnnxEngine.create(graph.build(), { name: "odd.onnx" });
    await expect(made).rejects.toMatchObject({ code: "FORMAT", message: expect.stringContaining("odd.onnx: ") });
  });

  it("refuses models of two inputs, and images that do not fit", async () => {
    const graph = new GraphBuilder();
    const [a, b] = [graph.input("a", "float32", [1]), graph.input("b", "float32", [1])];
    graph.output(graph.node("Add", [a, b]), "float32", [1]);
    await expect(OnnxEngine.create(graph.build())).rejects.toMatchObject({ code: "UNSUPPORTED" });
    const engine = await OnnxEngine.create(detectorFile({}));
    const refused = { code: "ARGUMENT", message: expect.stringContaining("accepts float32 [1, 3, 32, 32], not") };
    await expect(engine.run(new Float32Array(3072), [1, 32, 32, 3])).rejects.toMatchObject(refused);
    await expect(engine.run(new Uint8Array(3072), [1, 3, 32, 32])).rejects.toMatchObject(refused);
    await expect(engine.run(new Float32Array(3), [1, 3, 32, 32])).rejects.toMatchObject(refused);
    await engine.dispose();
  });
});
