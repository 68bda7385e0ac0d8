import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { LookonceError } from "@lookonce/errors";
import { Random } from "@lookonce/random";
import { describe, expect, it } from "vitest";
import {
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  type GraphProtoSchema,
  ModelProtoSchema,
  type TensorProtoSchema,
} from "./generated/onnx-ml-pb.ts";
import { GraphBuilder, int, parseModel, serializeModel, str, tensor } from "./index.ts";

type TensorInit = MessageInitShape<typeof TensorProtoSchema>;

function small(): Uint8Array {
  const graph = new GraphBuilder();
  const weights = graph.initializer({ type: "float32", shape: [2], data: Float32Array.of(1, 2) }, "w");
  const attributes = { a: int(300), s: str("text"), t: tensor({ type: "int8", shape: [1], data: Int8Array.of(1) }) };
  graph.output(graph.node("Thing", [graph.input("x", "float32", ["n", 2]), weights], attributes), "float32", [2]);
  return serializeModel(graph.build({ metadata: { key: "value" } }));
}

/** The bytes of a model around this graph, as another writer might have made it. */
function foreign(graph: MessageInitShape<typeof GraphProtoSchema>, rest: { functions?: { name: string }[] } = {}) {
  const opsetImport = [{ domain: "ai.onnx", version: 11n }];
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 6n, opsetImport, graph, ...rest }));
}

const foreignTensor = (init: TensorInit) => foreign({ initializer: [{ name: "w", ...init }] });

function errorOf(bytes: Uint8Array): LookonceError {
  try {
    parseModel(bytes, "best.onnx");
  } catch (error) {
    if (error instanceof LookonceError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("parseModel, given other writers' models", () => {
  it.each<[string, TensorInit, ArrayLike<number | bigint>]>([
    ["float32", { dataType: DataType.FLOAT, floatData: [1.5, Number.NaN] }, Float32Array.of(1.5, Number.NaN)],
    ["float64", { dataType: DataType.DOUBLE, doubleData: [0.1, -0] }, Float64Array.of(0.1, -0)],
    ["float16", { dataType: DataType.FLOAT16, int32Data: [0x3c00, 0xfc00] }, Uint16Array.of(0x3c00, 0xfc00)],
    ["bfloat16", { dataType: DataType.BFLOAT16, int32Data: [0x3f80, 0] }, Uint16Array.of(0x3f80, 0)],
    ["int8", { dataType: DataType.INT8, int32Data: [-128, 5] }, Int8Array.of(-128, 5)],
    ["int16", { dataType: DataType.INT16, int32Data: [-300, 5] }, Int16Array.of(-300, 5)],
    ["int32", { dataType: DataType.INT32, int32Data: [-70000, 5] }, Int32Array.of(-70000, 5)],
    ["int64", { dataType: DataType.INT64, int64Data: [-(2n ** 60n), 5n] }, BigInt64Array.of(-(2n ** 60n), 5n)],
    ["uint8", { dataType: DataType.UINT8, int32Data: [255, 0] }, Uint8Array.of(255, 0)],
    ["uint16", { dataType: DataType.UINT16, int32Data: [65535, 0] }, Uint16Array.of(65535, 0)],
    ["uint32", { dataType: DataType.UINT32, uint64Data: [2n ** 32n - 1n, 0n] }, Uint32Array.of(2 ** 32 - 1, 0)],
    ["uint64", { dataType: DataType.UINT64, uint64Data: [2n ** 64n - 1n, 0n] }, BigUint64Array.of(2n ** 64n - 1n, 0n)],
    ["bool", { dataType: DataType.BOOL, int32Data: [1, 0] }, Uint8Array.of(1, 0)],
  ])("reads %s from its typed field", (type, init, data) => {
    const { initializers } = parseModel(foreignTensor({ ...init, dims: [2n] })).graph;
    expect(initializers.get("w")).toEqual({ type, shape: [2], data });
  });

  it("reads ai.onnx as ONNX's own operators, sizes without value as unknown, shapes that are missing as missing", () => {
    const model = parseModel(
      foreign({
        node: [{ opType: "Relu", domain: "ai.onnx", input: ["x"], output: ["y"] }],
        input: [
          {
            name: "x",
            type: { value: { case: "tensorType", value: { elemType: DataType.FLOAT, shape: { dim: [{}] } } } },
          },
        ],
        output: [{ name: "y", type: { value: { case: "tensorType", value: { elemType: DataType.FLOAT } } } }],
      }),
    );
    expect(model.opsets).toEqual({ "": 11 });
    expect(model.graph.nodes[0]!.domain).toBe("");
    expect(model.graph.inputs).toEqual([{ name: "x", type: "float32", shape: [""] }]);
    expect(model.graph.outputs).toEqual([{ name: "y", type: "float32" }]);
    expect(parseModel(serializeModel(model))).toEqual(model);
  });

  it("does not copy weights that are aligned", () => {
    const bytes = small();
    const buffer = new ArrayBuffer(bytes.length + 8);
    const shared = [0, 1, 2, 3].map((offset) => {
      const moved = new Uint8Array(buffer, offset, bytes.length);
      moved.set(bytes);
      return (parseModel(moved).graph.initializers.get("w")!.data as Float32Array).buffer === buffer;
    });
    expect(shared.filter(Boolean)).toHaveLength(1);
  });
});

describe("parseModel, given bad input", () => {
  it("names an empty file", () => {
    expect(errorOf(new Uint8Array(0))).toMatchObject({
      code: "FORMAT",
      message: "best.onnx is empty: expected an ONNX model.",
    });
  });

  it("notices a file cut short at any place", () => {
    const bytes = small();
    for (let length = 1; length < bytes.length; length += 1) {
      expect(errorOf(bytes.subarray(0, length)).code, `${length} of ${bytes.length}`).toBe("FORMAT");
    }
  });

  it.each([
    ["text", new TextEncoder().encode("not a model at all\n")],
    ["an image", Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0)],
    ["a zip archive", Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 0, 0, 8, 0)],
    ["zeros", new Uint8Array(64)],
  ])("says that %s is no model", (_what, bytes) => {
    expect(errorOf(bytes)).toMatchObject({
      code: "FORMAT",
      message: expect.stringMatching(/^best\.onnx .*ONNX model/),
    });
  });

  it("answers damaged bytes with a LookonceError or a model, never with another error", () => {
    const rng = new Random("damage");
    const good = small();
    let refused = 0;
    for (let round = 0; round < 3000; round += 1) {
      const bytes = good.slice();
      for (let hit = rng.integer(1, 4); hit > 0; hit -= 1) bytes[rng.integer(0, bytes.length)] = rng.integer(0, 256);
      try {
        serializeModel(parseModel(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(LookonceError);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(500);
  });

  it.each<[string, Uint8Array, string, string]>([
    [
      "fewer elements than the shape asks for",
      foreignTensor({ dataType: DataType.FLOAT, dims: [3n], floatData: [1] }),
      "FORMAT",
      'best.onnx, initializer "w": shape [3] needs 3 elements, but the file has 1. The file is damaged.',
    ],
    [
      "broken elements",
      foreignTensor({ dataType: DataType.FLOAT, dims: [1n], rawData: new Uint8Array(6) }),
      "FORMAT",
      "6 bytes are not a whole number of elements",
    ],
    [
      "negative sizes",
      foreignTensor({ dataType: DataType.FLOAT, dims: [-1n, -1n], floatData: [1] }),
      "FORMAT",
      "[-1, -1] is not a shape",
    ],
    [
      "values beyond the type",
      foreignTensor({ dataType: DataType.INT8, dims: [1n], int32Data: [200] }),
      "FORMAT",
      "200 is no int8",
    ],
    [
      "strings that are not UTF-8",
      foreignTensor({ dataType: DataType.STRING, dims: [1n], stringData: [Uint8Array.of(0xff)] }),
      "FORMAT",
      "not UTF-8",
    ],
    [
      "two initializers of one name",
      foreign({ initializer: ["w", "w"].map((name) => ({ name, dataType: DataType.FLOAT, dims: [0n] })) }),
      "FORMAT",
      'two initializers have the name "w"',
    ],
    [
      "two attributes of one name",
      foreign({ node: [{ opType: "A", attribute: [1n, 2n].map((i) => ({ name: "k", type: AttributeType.INT, i })) }] }),
      "FORMAT",
      'attribute "k" of node "" (A) is there twice',
    ],
    [
      "an attribute without its value",
      foreign({ node: [{ opType: "A", attribute: [{ name: "k", type: AttributeType.TENSOR }] }] }),
      "FORMAT",
      "has no value",
    ],
    [
      "weights in another file",
      foreignTensor({ dataType: DataType.FLOAT, dims: [1n], dataLocation: 1 }),
      "UNSUPPORTED",
      "the data lies in another file",
    ],
    ["quantized types", foreignTensor({ dataType: DataType.INT4, dims: [2n] }), "UNSUPPORTED", "tensors of type INT4"],
    [
      "inputs that are no tensors",
      foreign({ input: [{ name: "x", type: { value: { case: "sequenceType", value: {} } } }] }),
      "UNSUPPORTED",
      'input "x" is a sequenceType, not a tensor',
    ],
    ["sparse weights", foreign({ sparseInitializer: [{}] }), "UNSUPPORTED", "sparse initializers"],
    ["functions", foreign({}, { functions: [{ name: "f" }] }), "UNSUPPORTED", "models with functions"],
    [
      "attributes that contain types",
      foreign({ node: [{ opType: "A", attribute: [{ name: "k", type: AttributeType.TYPE_PROTO }] }] }),
      "UNSUPPORTED",
      "attributes of kind TYPE_PROTO",
    ],
  ])("refuses %s", (_what, bytes, code, message) => {
    expect(errorOf(bytes)).toMatchObject({ code, message: expect.stringContaining(message) });
  });
});
