import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { LookonceError } from "@lookonce/errors";
import { graphModelToOnnx, type OperationGraph, readModelJson } from "@lookonce/graph-model";
import { type OnnxGraph, type OnnxModel, parseModel, serializeModel } from "@lookonce/onnx";
import { decodeSavedModel } from "../../../packages/export/src/saved-model/decode-saved-model.ts";
import { encodeSavedModel } from "../../../packages/export/src/saved-model/encode-saved-model.ts";
import { encodeWeights } from "../../../packages/export/src/tfjs/encode-weights.ts";
import { modelJson as encodeModelJson } from "../../../packages/export/src/tfjs/model-json.ts";
import { readFileFormat } from "../../../packages/inference/src/detector/file-format.ts";
import { mix, mutateBytes, mutateHeader } from "../mutate/bytes.ts";
import { mutateJson } from "../mutate/json.ts";
import { mutateProtobuf } from "../mutate/protobuf.ts";
import type { Target } from "../target.ts";

const flat: OnnxGraph = {
  name: "g",
  inputs: [{ name: "images", type: "float32", shape: ["N", 3, 32, 32] }],
  outputs: [{ name: "output0", type: "float32", shape: [1, 6, 84] }],
  initializers: new Map([
    ["w", { type: "float32" as const, shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }],
    ["i", { type: "int64" as const, shape: [1], data: BigInt64Array.of(2n) }],
    ["s", { type: "string" as const, shape: [1], data: ["text"] }],
  ]),
  nodes: [
    {
      op: "Conv",
      domain: "",
      name: "conv",
      inputs: ["images", "w"],
      outputs: ["output0"],
      attributes: {
        ints: { ints: [1, 2] },
        float: { float: 0.5 },
        floats: { floats: [1, 2] },
        string: { string: "a" },
        tensor: { tensor: { type: "int32", shape: [2], data: Int32Array.of(1, 2) } },
      },
    },
  ],
};

/** A graph within a node of a graph, and so on. */
function nested(depth: number): OnnxGraph {
  let graph = flat;
  for (let i = 0; i < depth; i++) {
    const node = { op: "If", domain: "", name: "n", inputs: [], outputs: ["output0"], attributes: { body: { graph } } };
    graph = { ...flat, nodes: [node] };
  }
  return graph;
}

function onnxFile(graph: OnnxGraph): Uint8Array {
  const metadata = { names: "{0: 'cat', 1: 'd\\'og'}", stride: "32", task: "detect" };
  const opsets = { "": 17 };
  const model: OnnxModel = {
    irVersion: 8,
    opsets,
    producer: "p",
    producerVersion: "1",
    docString: "",
    metadata,
    graph,
  };
  return serializeModel(model);
}

export const onnx: Target = {
  file: "model.onnx",
  seeds: () => [onnxFile(flat), onnxFile(nested(3))],
  mutate: mix(mutateProtobuf, mutateBytes),
  async read(file) {
    const model = parseModel(readFileSync(file), file);
    await readFileFormat(file, model, () => Promise.reject(new LookonceError("FORMAT", "not run")));
  },
};

const operations: OperationGraph = {
  nodes: [
    { name: "x", op: "Placeholder", inputs: [], attributes: { shape: { shape: [1, 32, 64, 3] } } },
    { name: "boxes", op: "Const", inputs: [], attributes: { dtype: { type: "float32" } } },
    { name: "axes", op: "Const", inputs: [], attributes: {} },
    { name: "mean", op: "Mean", inputs: ["x", "axes"], attributes: { keep_dims: { b: false } } },
    { name: "sum", op: "AddV2", inputs: ["boxes", "mean"], attributes: { list: { ints: [1, 2] } } },
    { name: "relu", op: "LeakyRelu", inputs: ["sum"], attributes: { alpha: { f: 0.5 }, text: { s: "a" } } },
    { name: "join", op: "Pack", inputs: ["relu"], attributes: { axis: { i: 0 }, texts: { strings: ["a"] } } },
    { name: "size", op: "Const", inputs: [], attributes: {} },
    { name: "out", op: "Reshape", inputs: ["join", "size"], attributes: {} },
  ],
  constants: new Map([
    ["boxes", { dtype: "float32", shape: [1, 5, 6], data: new Float32Array(30).fill(0.5) }],
    ["axes", { dtype: "int32", shape: [3], data: Int32Array.of(1, 2, 3) }],
    ["size", { dtype: "int32", shape: [3], data: Int32Array.of(1, 5, 6) }],
  ]),
  inputs: [{ name: "images", node: "x:0", shape: [-1, 32, 64, 3] }],
  outputs: [{ name: "output", node: "out:0", shape: [-1, 5, 6] }],
  metadata: { names: { 0: "cat" }, stride: 32, task: "detect" },
};

const encoded = encodeWeights(operations, { precision: "float16", filters: new Set(["boxes"]) });
const [weightsFile = "", weightBytes = new Uint8Array()] = [...encoded.files][0] ?? [];
const modelBytes = Buffer.from(encodeModelJson(operations, [weightsFile], encoded.entries));

export const modelJson: Target = {
  file: "model.json",
  seeds: () => [modelBytes],
  mutate: mix(mutateJson, mutateBytes),
  prepare: (folder) => writeFileSync(join(folder, weightsFile), weightBytes),
  read: readModelJson,
};

/** The same; what is read is run and converted. */
export const graphModel: Target = { ...modelJson, mutate: mutateJson, read: graphModelToOnnx };

/** The file of weights of a graph model. */
export const graphWeights: Target = {
  file: weightsFile,
  seeds: () => [weightBytes],
  mutate: mutateBytes,
  prepare: (folder) => writeFileSync(join(folder, "model.json"), modelBytes),
  read: (file) => readModelJson(join(dirname(file), "model.json")),
};

export const savedModel: Target = {
  file: "saved_model.pb",
  seeds: () => [encodeSavedModel(operations, { half: false }), encodeSavedModel(operations, { half: true })],
  mutate: mix(mutateProtobuf, mutateBytes, mutateHeader),
  read: (file) => decodeSavedModel(readFileSync(file)),
};
