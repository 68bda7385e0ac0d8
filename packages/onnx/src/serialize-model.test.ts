import { Random } from "@lookonce/random";
import { describe, expect, it } from "vitest";
import {
  type AnyTensorValue,
  type Attribute,
  float,
  floats,
  GraphBuilder,
  int,
  ints,
  modelMetadata,
  type OnnxGraph,
  type OnnxModel,
  parseModel,
  serializeModel,
  str,
  strs,
  tensor,
} from "./index.ts";

const TENSORS: readonly AnyTensorValue[] = [
  { type: "float32", shape: [2, 2], data: Float32Array.of(-1.5, Number.NaN, Number.NEGATIVE_INFINITY, -0) },
  { type: "float64", shape: [1], data: Float64Array.of(Math.PI) },
  { type: "float16", shape: [3], data: Uint16Array.of(0x3c00, 0x7c00, 0x8000) },
  { type: "bfloat16", shape: [2], data: Uint16Array.of(0x3f80, 0xff80) },
  { type: "int8", shape: [2], data: Int8Array.of(-128, 127) },
  { type: "int16", shape: [2], data: Int16Array.of(-32768, 32767) },
  { type: "int32", shape: [2], data: Int32Array.of(-(2 ** 31), 2 ** 31 - 1) },
  { type: "int64", shape: [2], data: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n) },
  { type: "uint8", shape: [2], data: Uint8Array.of(0, 255) },
  { type: "uint16", shape: [2], data: Uint16Array.of(0, 65535) },
  { type: "uint32", shape: [2], data: Uint32Array.of(0, 2 ** 32 - 1) },
  { type: "uint64", shape: [2], data: BigUint64Array.of(0n, 2n ** 64n - 1n) },
  { type: "bool", shape: [2], data: Uint8Array.of(0, 1) },
  { type: "string", shape: [3], data: ["", "cat", "\uFEFFGrüße 🐕"] },
  { type: "float32", shape: [], data: Float32Array.of(7) },
  { type: "float32", shape: [2, 0], data: new Float32Array(0) },
  { type: "string", shape: [0], data: [] },
];

const SUBGRAPH: OnnxGraph = {
  name: "inner",
  inputs: [],
  outputs: [{ name: "inner_out", type: "float32", shape: [1] }],
  initializers: new Map([["inner_w", { type: "float32", shape: [1], data: Float32Array.of(3) }]]),
  nodes: [{ op: "Neg", domain: "", name: "n", inputs: ["inner_w"], outputs: ["inner_out"], attributes: {} }],
};

const ATTRIBUTES: Record<string, Attribute> = {
  zero: int(0),
  negative: int(-3),
  large: int(2 ** 40),
  many: ints([1, -1, 2 ** 31, 2 ** 32, 2 ** 53 - 1, -(2 ** 53) + 1]),
  none: ints([]),
  half: float(0.5),
  infinite: float(Number.NEGATIVE_INFINITY),
  scales: floats([1, -0, 2.25, Number.NaN]),
  text: str("naïve"),
  empty: str(""),
  texts: strs(["", "a", "ß"]),
  constant: tensor({ type: "int64", shape: [2], data: BigInt64Array.of(-1n, 5n) }),
  words: tensor({ type: "string", shape: [1], data: ["w"] }),
  constants: { tensors: [{ type: "uint8", shape: [1], data: Uint8Array.of(4) }] },
  graph: { graph: SUBGRAPH },
  graphs: { graphs: [SUBGRAPH, { ...SUBGRAPH, name: "" }] },
};

function rich(): OnnxModel {
  const graph = new GraphBuilder({ name: "rich" });
  const x = graph.input("x", "float16", ["batch", 3, 0]);
  graph.input("scalar", "string", []);
  const names = TENSORS.map((value, index) => graph.initializer(value, `t${index}`));
  const y = graph.multi("Anything", [x, "", ...names], ATTRIBUTES, {
    domain: "com.example",
    outputs: ["y", "", "ünïcode"],
  });
  graph.output(y[0]!, "bool", [1, "batch"]);
  graph.output("ünïcode", "int64", []);
  return graph.build({
    opset: 17,
    extraDomains: { "com.example": 2 },
    producer: "test",
    producerVersion: "1.2",
    docString: "what it is",
    metadata: { names: '{0: "person"}', stride: "32", empty: "", __proto__x: "y" },
  });
}

describe("serializeModel and parseModel", () => {
  it("return the same model: every attribute kind, every tensor type, names, sizes, metadata", () => {
    const model = rich();
    expect(parseModel(serializeModel(model))).toEqual(model);
  });

  it("are the same bytes for the same model, also after reading it", () => {
    const bytes = serializeModel(rich());
    expect(serializeModel(rich())).toEqual(bytes);
    expect(serializeModel(parseModel(bytes))).toEqual(bytes);
  });

  it("keep metadata, which modelMetadata copies", () => {
    const model = parseModel(serializeModel(rich()));
    const metadata = modelMetadata(model);
    expect(metadata).toEqual({ names: '{0: "person"}', stride: "32", empty: "", __proto__x: "y" });
    metadata.stride = "64";
    expect(modelMetadata(model).stride).toBe("32");
  });

  it("keep weights of random sizes and values at any alignment, from views into larger buffers", () => {
    const rng = new Random("weights");
    const graph = new GraphBuilder();
    const names = Array.from({ length: 40 }, (_, index) => {
      const data = new Float32Array(rng.integer(20, 60)).map(() => rng.normal()).subarray(rng.integer(0, 3));
      return graph.initializer({ type: "float32", shape: [data.length], data }, "w".repeat(index + 1));
    });
    graph.output(graph.node("Concat", names, { axis: int(0) }), "float32", ["n"]);
    const model = graph.build();
    const bytes = serializeModel(model);
    for (const offset of [0, 1, 2, 3]) {
      const moved = Buffer.alloc(bytes.length + 4).subarray(offset, offset + bytes.length);
      moved.set(bytes);
      expect(parseModel(moved).graph.initializers).toEqual(model.graph.initializers);
    }
  });

  it("write numbers beyond 64 bits as the largest and smallest, as in a slice to the end", () => {
    const graph = new GraphBuilder();
    const attributes = { a: ints([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 63]) };
    graph.output(graph.node("Thing", [], attributes, { outputs: ["y"] }), "float32", [1]);
    const read = parseModel(serializeModel(graph.build())).graph.nodes[0]!.attributes.a;
    expect(read).toEqual({ ints: [2 ** 63, -(2 ** 63), 2 ** 63] });
  });

  it("write floats as 32 bits", () => {
    const graph = new GraphBuilder();
    graph.output(graph.node("Thing", [], { a: floats([0.1, 1e300]) }, { outputs: ["y"] }), "float32", [1]);
    const read = parseModel(serializeModel(graph.build())).graph.nodes[0]!.attributes.a;
    expect(read).toEqual({ floats: [Math.fround(0.1), Number.POSITIVE_INFINITY] });
  });
});

describe("serializeModel", () => {
  const withAttribute = (attribute: unknown): OnnxModel => {
    const graph = new GraphBuilder();
    graph.output(graph.node("Thing", [], { a: attribute as Attribute }, { outputs: ["y"] }), "float32", [1]);
    return graph.build();
  };

  it.each([
    ["a broken integer", { int: 1.5 }, 'attribute "a" of node "y" (Thing): expected a whole number, not 1.5.'],
    ["no number", { ints: [1, Number.NaN] }, "expected a whole number, not NaN"],
    ["an unknown kind", { value: 3 }, "has no value of a known kind"],
    ["a tensor that does not fit", { tensor: { type: "int32", shape: [2], data: Int32Array.of(1) } }, "has 2 elements"],
  ])("refuses %s", (_what, attribute, message) => {
    expect(() => serializeModel(withAttribute(attribute))).toThrow(
      expect.objectContaining({ code: "ARGUMENT", message: expect.stringContaining(message) }),
    );
  });

  it("refuses models beyond 2 GiB before it allocates memory for them", () => {
    const graph = new GraphBuilder();
    // One buffer of zeros, which the system does not back with memory, named eight times.
    const data = new Uint8Array(2 ** 28);
    const names = Array.from({ length: 8 }, () => graph.initializer({ type: "uint8", shape: [2 ** 28], data }));
    graph.output(graph.node("Concat", names, { axis: int(0) }), "uint8", ["n"]);
    expect(() => serializeModel(graph.build())).toThrow(
      expect.objectContaining({ code: "UNSUPPORTED", message: expect.stringContaining("2 GiB") }),
    );
  });

  it("writes a graph of 8,000 nodes", () => {
    const graph = new GraphBuilder();
    let value = graph.input("x", "float32", [1, 8]);
    for (let i = 0; i < 8000; i += 1) {
      value = graph.node("AveragePool", [value, ""], { kernel_shape: ints([3, 3]), pads: ints([1, 1, 1, 1]) });
    }
    graph.output(value, "float32", [1, 8]);
    const read = parseModel(serializeModel(graph.build()));
    expect(read.graph.nodes).toHaveLength(8000);
    expect(read.graph.nodes[7999]!.inputs).toEqual(["AveragePool_7998", ""]);
  });
});
