import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GraphBuilder, ints, serializeModel, type TensorType } from "@lookonce/onnx";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OnnxEngine, Predictor } from "../index.ts";

type Shape = readonly (number | string)[];

interface FileOptions {
  input?: Shape;
  type?: TensorType;
  output?: Shape;
  metadata?: Record<string, string>;
}

/**
 * A network of one output row per class, whose box and probability are means of the picture's colours: a file of the
 * right form whose answers can be worked out by hand. [1, 3, H, W] → [1, 3 + 4, 1]: x = y = w = h = 16, then R, G, B.
 */
function detectorFile({
  input = [1, 3, 32, 32],
  type = "float32",
  output = [1, 7, 1],
  metadata = {},
}: FileOptions): Uint8Array {
  const graph = new GraphBuilder();
  let x = graph.input("images", type, input);
  if (type !== "float32") x = graph.node("Cast", [x], { to: { int: 1 } });
  const means = graph.node("ReduceMean", [x], { axes: ints([2]), keepdims: { int: 1 } });
  const colours = graph.node("Squeeze", [
    graph.node("ReduceMean", [means], { axes: ints([3]), keepdims: { int: 1 } }),
    graph.initializer({ type: "int64", shape: [1], data: BigInt64Array.of(3n) }),
  ]);
  const box = graph.initializer({ type: "float32", shape: [1, 4, 1], data: new Float32Array(4).fill(16) });
  const joined = graph.node("Concat", [box, colours], { axis: { int: 1 } }, { outputs: ["output0"] });
  graph.output(joined, "float32", output);
  return serializeModel(graph.build({ opset: 17, metadata }));
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

const green = {
  width: 16,
  height: 32,
  data: Uint8Array.from({ length: 16 * 32 * 3 }, (_, i) => (i % 3 === 1 ? 255 : 0)),
};

describe("an ONNX file", () => {
  it("is fed with planes of RGB from 0 to 1, letterboxed to its own size", async () => {
    const metadata = { names: "{0: 'red', 1: 'green', 2: 'blue'}", stride: "16", task: "detect" };
    const predictor = await Predictor.create({ onnxFile: write(detectorFile({ metadata })), imgsz: 640 });
    expect(predictor.imgsz).toEqual([32, 32]);
    const { boxes, names } = await predictor.detect(green);
    expect(names).toEqual(["red", "green", "blue"]);
    expect([...boxes.classes]).toEqual([1]);
    // Half the canvas is the green picture, half the grey border of 114.
    expect(boxes.confidences[0]).toBeCloseTo((1 + 114 / 255) / 2, 5);
    // The box from 8 to 24 in both directions, 8 pixels to the left.
    expect([...boxes.boxes]).toEqual([0, 8, 16, 24]);
    await predictor.dispose();
  });

  it("of free size takes pictures padded to its stride, and has numbers for names", async () => {
    const file = detectorFile({ input: [1, 3, "height", "width"], output: [1, 7, 8400], metadata: { stride: "16" } });
    const predictor = await Predictor.create({ onnxFile: write(file), imgsz: 64 });
    const result = await predictor.detect(green);
    expect(result.inputSize).toEqual({ width: 32, height: 64 });
    expect(result.toJSON().boxes[0]?.name).toBe("1");
    expect(result.boxes.confidences[0]).toBeCloseTo(1, 5);
    await predictor.dispose();
  });

  it.each<[string, FileOptions, string]>([
    ["pictures of bytes", { type: "uint8" }, "takes uint8 [1, 3, 32, 32]; a detector takes float32 pictures"],
    ["one channel", { input: [1, 1, 32, 32] }, "takes float32 [1, 1, 32, 32]"],
    ["a batch of two", { input: [2, 3, 32, 32] }, "takes float32 [2, 3, 32, 32]"],
    [
      "names that do not fit",
      { metadata: { names: "{0: 'a'}" } },
      "gives [1, 7, 1]; a detector gives [1, 5, anchors] or [1, anchors, 6] for its 1 class names",
    ],
    ["another task", { metadata: { task: "segment" } }, 'is a model for "segment"; only "detect" can be run'],
    ["two dimensions", { output: [7, 1] }, "gives [7, 1]; a detector gives [1, 4 + classes, anchors]"],
  ])("with %s is refused", async (_, options, message) => {
    await expect(Predictor.create({ onnxFile: write(detectorFile(options)) })).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringContaining(message),
    });
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

  it("refuses models of two inputs, and pictures that do not fit", async () => {
    const graph = new GraphBuilder();
    const [a, b] = [graph.input("a", "float32", [1]), graph.input("b", "float32", [1])];
    graph.output(graph.node("Add", [a, b]), "float32", [1]);
    await expect(OnnxEngine.create(graph.build())).rejects.toMatchObject({ code: "UNSUPPORTED" });
    const engine = await OnnxEngine.create(detectorFile({}));
    const refused = { code: "ARGUMENT", message: expect.stringContaining("takes float32 [1, 3, 32, 32], not") };
    await expect(engine.run(new Float32Array(3072), [1, 32, 32, 3])).rejects.toMatchObject(refused);
    await expect(engine.run(new Uint8Array(3072), [1, 3, 32, 32])).rejects.toMatchObject(refused);
    await expect(engine.run(new Float32Array(3), [1, 3, 32, 32])).rejects.toMatchObject(refused);
    await engine.dispose();
  });
});
