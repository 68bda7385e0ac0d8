import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LookonceError } from "@lookonce/errors";
import { modelMetadata, parseModel } from "@lookonce/onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { graphModelToOnnx } from "./graph-to-onnx.ts";
import { readModelJson } from "./read-model-json.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lookonce-graph-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const shape = (...sizes: number[]): object => ({ dim: sizes.map((size) => ({ size: String(size) })) });
const float = { T: { type: "DT_FLOAT" } };

interface Parts {
  json?: object;
  nodes?: object[];
  weights?: object[];
  bytes?: Uint8Array;
  paths?: string[];
}

/** A "detector" whose boxes and one class are 4 channels of constants plus the mean of the image: [1, 5, 6]. */
function write(name: string, parts: Parts = {}): string {
  const values = Float32Array.from({ length: 30 }, (_, i) => i);
  const axes = Int32Array.of(1, 2, 3);
  const bytes = Buffer.concat([Buffer.from(values.buffer), Buffer.from(axes.buffer)]);
  const json = {
    format: "graph-model",
    signature: {
      inputs: { images: { name: "x:0", dtype: "DT_FLOAT", tensorShape: shape(-1, 32, 64, 3) } },
      outputs: { out: { name: "Identity:0", dtype: "DT_FLOAT", tensorShape: shape(-1, 5, 6) } },
    },
    userDefinedMetadata: { names: { 0: "cat" }, stride: 32, task: "detect" },
    modelTopology: {
      node: parts.nodes ?? [
        { name: "x", op: "Placeholder", attr: { dtype: { type: "DT_FLOAT" }, shape: { shape: shape(-1, 32, 64, 3) } } },
        { name: "boxes", op: "Const", attr: { dtype: { type: "DT_FLOAT" } } },
        { name: "axes", op: "Const", attr: { dtype: { type: "DT_INT32" } } },
        { name: "mean", op: "Mean", input: ["x", "axes", "^boxes"], attr: { ...float, keep_dims: { b: false } } },
        { name: "sum", op: "AddV2", input: ["boxes", "mean"], attr: float },
        { name: "Identity", op: "Identity", input: ["sum"], attr: float },
      ],
    },
    weightsManifest: [
      {
        paths: parts.paths ?? [`${name}.bin`],
        weights: parts.weights ?? [
          { name: "boxes", shape: [1, 5, 6], dtype: "float32" },
          { name: "axes", shape: [3], dtype: "int32" },
        ],
      },
    ],
    ...parts.json,
  };
  writeFileSync(join(folder, `${name}.bin`), parts.bytes ?? bytes);
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(json));
  return file;
}

async function run(onnx: Uint8Array): Promise<Float32Array> {
  const session = await InferenceSession.create(onnx);
  const images = new Tensor(new Float32Array(3 * 32 * 64).fill(0.25), [1, 3, 32, 64]);
  const { output0 } = await session.run({ images });
  await session.release();
  return output0?.data as Float32Array;
}

describe("graphModelToOnnx", () => {
  it("computes the graph's operations, with names and stride", async () => {
    const onnx = await graphModelToOnnx(write("plain"));
    const model = parseModel(onnx);
    expect(model.graph.inputs).toEqual([{ name: "images", type: "float32", shape: [1, 3, 32, 64] }]);
    expect(model.graph.outputs).toEqual([{ name: "output0", type: "float32", shape: [1, 5, 6] }]);
    expect(modelMetadata(model)).toEqual({ names: "{0: 'cat'}", stride: "32", task: "detect" });
    expect([...(await run(onnx))]).toEqual(Array.from({ length: 30 }, (_, i) => i + 0.25));
  });

  it("converts normalized boxes to pixels", async () => {
    const small = Float32Array.from({ length: 30 }, (_, i) => i / 64);
    const file = write("normalized", {
      bytes: Buffer.concat([Buffer.from(small.buffer), Buffer.from(Int32Array.of(1, 2, 3).buffer)]),
    });
    const found = await run(await graphModelToOnnx(file));
    const factors = [64, 32, 64, 32, 1];
    for (const [i, value] of found.entries()) {
      expect(value).toBeCloseTo((i / 64 + 0.25) * (factors[Math.floor(i / 6)] as number), 4);
    }
  });

  it("dequantizes weights", async () => {
    const bytes = Buffer.concat([
      Buffer.from(Uint16Array.from({ length: 30 }, () => 0x4248).buffer), // 3.140625
      Buffer.from(Int32Array.of(1, 2, 3).buffer),
    ]);
    const entry = { name: "boxes", shape: [1, 5, 6], dtype: "float32" };
    const axes = { name: "axes", shape: [3], dtype: "int32" };
    const half = write("half", { bytes, weights: [{ ...entry, quantization: { dtype: "float16" } }, axes] });
    expect((await run(await graphModelToOnnx(half)))[7]).toBeCloseTo(3.390625, 6);
    const quantization = { dtype: "uint8", min: -1, scale: 0.5 };
    const eight = Buffer.concat([Buffer.from(Uint8Array.from({ length: 30 }, (_, i) => i)), bytes.subarray(60)]);
    const found = await run(
      await graphModelToOnnx(write("uint8", { bytes: eight, weights: [{ ...entry, quantization }, axes] })),
    );
    expect(found[29]).toBeCloseTo(29 * 0.5 - 1 + 0.25, 6);
  });

  it("finds inputs and outputs where no signature names them", async () => {
    const onnx = await graphModelToOnnx(write("unsigned", { json: { signature: undefined } }));
    expect([...(await run(onnx))][3]).toBe(3.25);
  });

  const node = (op: string, input: string[] = ["x"]): object[] => [
    { name: "x", op: "Placeholder", attr: {} },
    { name: "Identity", op, input, attr: {} },
  ];
  it.each<[string, Parts, string, RegExp]>([
    [
      "unknown operations",
      { nodes: node("NonMaxSuppressionV5") },
      "UNSUPPORTED",
      /NonMaxSuppressionV5 cannot be computed/,
    ],
    ["missing nodes", { nodes: node("Identity", ["y"]) }, "FORMAT", /"y" is read, but no node computes it/],
    ["cycles", { nodes: node("Identity", ["Identity"]) }, "FORMAT", /a cycle/],
    ["computed shapes", { nodes: node("Reshape", ["x", "x"]) }, "UNSUPPORTED", /must be a constant/],
    ["truncated weights", { bytes: new Uint8Array(100) }, "FORMAT", /have 100 bytes, and weight "boxes" ends at 120/],
    ["files in other folders", { paths: ["../../etc/passwd"] }, "UNSAFE", /not beside it/],
    ["missing files", { paths: ["gone.bin"] }, "NOT_FOUND", /gone\.bin/],
    ["a file of weights named twice", { paths: ["plain.bin", "plain.bin"] }, "FORMAT", /twice in one group/],
    [
      "weights of odd types",
      { weights: [{ name: "boxes", shape: [3], dtype: "uint8" }] },
      "UNSUPPORTED",
      /has the type uint8/,
    ],
    [
      "negative sizes",
      { weights: [{ name: "boxes", shape: [-1, -1], dtype: "float32" }] },
      "FORMAT",
      /weights\[0\]\.shape\[0\] is -1; expected a size/,
    ],
    [
      "inputs that do not fit an operation",
      { nodes: node("MatMul", ["x", "x"]) },
      "FORMAT",
      /node "Identity" \(MatMul\)/,
    ],
    [
      "images too large",
      {
        json: {
          signature: {
            inputs: { x: { name: "x", tensorShape: shape(1, 1e5, 1e5, 3) } },
            outputs: { y: { name: "x" } },
          },
        },
      },
      "UNSUPPORTED",
      /a detector has images/,
    ],
    ["layers models", { json: { format: "layers-model" } }, "UNSUPPORTED", /layers model/],
    ["other JSON", { json: { modelTopology: 3 } }, "FORMAT", /not a graph model/],
    [
      "other inputs",
      { json: { signature: { inputs: { a: { name: "x" } }, outputs: { b: { name: "x" } } } } },
      "UNSUPPORTED",
      /has the input a \[\]/,
    ],
  ])("refuses %s", async (name, parts, code, message) => {
    const file = write(name.replaceAll(" ", "-"), parts);
    const failure = await graphModelToOnnx(file).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) });
    expect((failure as Error).message).toContain(name.replaceAll(" ", "-"));
  });
});

/** Every place of a document, as the keys that lead to it. */
function places(value: unknown, keys: string[] = []): string[][] {
  const inner = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return [...(keys.length === 0 ? [] : [keys]), ...inner.flatMap(([key, one]) => places(one, [...keys, key]))];
}

describe("readModelJson", () => {
  it("reads a document or refuses it in words, whatever one of its values is", async () => {
    const original = readFileSync(write("changed"), "utf8");
    const file = join(folder, "changed.json");
    const raw: string[] = [];
    let refused = 0;
    for (const keys of places(JSON.parse(original))) {
      for (const value of [null, -1.5, true, "text", [[0]], {}, undefined]) {
        const json = JSON.parse(original);
        const holder = keys.slice(0, -1).reduce((holder, key) => holder[key], json);
        holder[keys.at(-1) ?? ""] = value;
        writeFileSync(file, JSON.stringify(json));
        const error: unknown = await readModelJson(file).catch((error: unknown) => error);
        if (error instanceof LookonceError) refused++;
        else if (error instanceof Error) raw.push(`${keys.join(".")}: ${error}`);
      }
    }
    expect(raw).toEqual([]);
    expect(refused).toBeGreaterThan(400);
  });

  it("ends where an input of the graph reads itself", async () => {
    const nodes = [
      { name: "x", op: "Identity", input: ["x"] },
      { name: "y", op: "Reshape", input: ["x", "x"] },
    ];
    const signature = {
      inputs: { x: { name: "x", tensorShape: shape(1, 32, 32, 3) } },
      outputs: { y: { name: "y" } },
    };
    await expect(graphModelToOnnx(write("own-input", { nodes, json: { signature } }))).rejects.toThrow(/a constant/);
  });
});
