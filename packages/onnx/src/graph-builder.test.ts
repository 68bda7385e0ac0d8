import { LookonceError } from "@lookonce/errors";
import { describe, expect, it } from "vitest";
import { GraphBuilder, int, type OnnxGraph, type TensorValue } from "./index.ts";

const int64 = (...values: number[]): TensorValue => ({
  type: "int64",
  shape: [values.length],
  data: BigInt64Array.from(values.map(BigInt)),
});

function errorOf(act: () => unknown): LookonceError {
  try {
    act();
  } catch (error) {
    if (error instanceof LookonceError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** A builder with an input `images` and a node that reads it. */
function started(): GraphBuilder {
  const graph = new GraphBuilder({ name: "net" });
  graph.input("images", "float32", [1, 3, "height", "width"]);
  graph.node("Relu", ["images"], {}, { outputs: ["y"], name: "act" });
  return graph;
}

describe("GraphBuilder", () => {
  it("makes names that differ from all names given before and after", () => {
    const graph = new GraphBuilder();
    graph.input("Relu_0", "float32", [1]);
    const reserved = graph.uniqueName("Relu");
    const made = graph.node("Relu", ["Relu_0"]);
    expect([reserved, made]).toEqual(["Relu_1", "Relu_2"]);
    expect(graph.node("Relu", [made], {}, { outputs: [reserved] })).toBe(reserved);
    expect(graph.uniqueName("Relu")).toBe("Relu_3");
  });

  it("returns all outputs from multi and the first from node", () => {
    const graph = started();
    expect(graph.multi("Split", ["y"], { axis: int(1) }, { outputs: 3 })).toEqual(["Split_0", "Split_1", "Split_2"]);
    expect(graph.multi("BatchNormalization", ["y"], {}, { outputs: ["a", "", "b"] })).toEqual(["a", "", "b"]);
    expect(graph.node("Split", ["y"], {}, { outputs: 2 })).toBe("Split_3");
  });

  it("stores equal small unnamed constants once, and only those", () => {
    const graph = new GraphBuilder();
    const axes = graph.initializer(int64(1, 2));
    expect(graph.initializer(int64(1, 2))).toBe(axes);
    expect(graph.initializer(int64(2, 1))).not.toBe(axes);
    expect(graph.initializer({ ...int64(1, 2), shape: [2, 1] })).not.toBe(axes);
    expect(graph.initializer(int64(1, 2), "named")).toBe("named");
    const zero = graph.initializer({ type: "float32", shape: [], data: Float32Array.of(0) });
    expect(graph.initializer({ type: "float32", shape: [], data: Float32Array.of(-0) })).not.toBe(zero);
    const large: TensorValue = { type: "float32", shape: [17], data: new Float32Array(17) };
    expect(graph.initializer(large)).not.toBe(graph.initializer(large));
  });

  it("keeps shared constants as they were, even when the caller's Buffer changes", () => {
    const graph = new GraphBuilder();
    const data = Buffer.from([1, 2]);
    const name = graph.initializer({ type: "uint8", shape: [2], data });
    data[0] = 9;
    expect(graph.initializer({ type: "uint8", shape: [2], data })).not.toBe(name);
    graph.output(graph.node("Identity", [name]), "uint8", [2]);
    expect(Array.from(graph.build().graph.initializers.get(name)!.data as Uint8Array)).toEqual([1, 2]);
  });

  it("lists the operator sets that are used, in the version of the format in which they appeared", () => {
    const graph = started();
    graph.output("y", "float32", [1, 3, "height", "width"]);
    expect(graph.build({ extraDomains: { "com.example": 3 } }).opsets).toEqual({ "": 20 });
    expect(graph.build().irVersion).toBe(9);
    expect([9, 13, 17, 19, 21, 23, 25].map((opset) => graph.build({ opset }).irVersion)).toEqual([
      4, 7, 8, 9, 10, 11, 13,
    ]);
    expect(graph.build({ irVersion: 8 }).irVersion).toBe(8);
    graph.node("Thing", ["y"], {}, { domain: "com.example" });
    graph.node("Gelu", ["y"], {}, { domain: "com.microsoft" });
    graph.node("Relu", ["y"], {}, { domain: "ai.onnx" });
    expect(graph.build({ extraDomains: { "com.example": 3 } }).opsets).toEqual({
      "": 20,
      "com.example": 3,
      "com.microsoft": 1,
    });
    const error = errorOf(() => graph.build());
    expect([error.code, error.message]).toEqual([
      "ARGUMENT",
      'node "Thing_0" (Thing) is of domain "com.example", whose version is not known. Set it in extraDomains.',
    ]);
  });

  it("is not changed by what is added after build", () => {
    const graph = started();
    graph.output("y", "float32", [1]);
    const model = graph.build();
    graph.node("Relu", ["y"]);
    expect(model.graph.nodes).toHaveLength(1);
  });
});

describe("GraphBuilder, given mistakes", () => {
  it.each<[string, string, (graph: GraphBuilder) => unknown]>([
    ["a second value of the same name", 'input "y" has the name of another', (g) => g.input("y", "float32", [1])],
    [
      "a second output of that name",
      '"y" has the name of another',
      (g) => g.node("Relu", ["y"], {}, { outputs: ["y"] }),
    ],
    ["an initializer of that name", 'initializer "images" has', (g) => g.initializer(int64(1), "images")],
    ["no name", "an input needs a name", (g) => g.input("", "float32", [1])],
    ["no operator", "a node needs an operator", (g) => g.node("", ["y"])],
    ["a negative size", "-1 is not a size", (g) => g.input("x", "float32", [-1])],
    ["a broken size", "1.5 is not a size", (g) => g.output("y", "float32", [1.5])],
    ["a nameless symbol", '"" is not a size', (g) => g.output("y", "float32", [""])],
    ["an unknown type", '"float" is not a tensor type', (g) => g.input("x", "float" as "float32", [1])],
    [
      "data of the wrong length",
      'initializer "w": shape [2, 2] has 4 elements, but the data has 3',
      (g) => g.initializer({ type: "float32", shape: [2, 2], data: new Float32Array(3) }, "w"),
    ],
    [
      "data of the wrong class",
      "a float16 tensor needs a Uint16Array, not a Float32Array",
      (g) => g.initializer({ type: "float16", shape: [1], data: new Float32Array(1) }),
    ],
    [
      "strings as bytes",
      "a string tensor needs an array of strings",
      (g) => g.initializer({ type: "string", shape: [1], data: new Uint8Array(1) } as TensorValue),
    ],
    [
      "a broken shape",
      "size that is not a whole number",
      (g) => g.initializer({ type: "float32", shape: [0.5, 2], data: new Float32Array(1) }),
    ],
  ])("refuses %s", (_what, message, act) => {
    const error = errorOf(() => act(started()));
    expect(error.code).toBe("ARGUMENT");
    expect(error.message).toContain(message);
  });

  it("leaves checking to who compiles the graph, when asked", () => {
    const graph = started();
    graph.output(graph.node("Relu", ["image"]), "float32");
    expect(graph.build({ isChecked: false }).graph.nodes.at(-1)?.inputs).toEqual(["image"]);
    expect(() => graph.build()).toThrow("Did you mean");
  });

  it.each<[string, string, (graph: GraphBuilder) => unknown]>([
    [
      "an input that nothing makes, with the likely name",
      'node "Relu_0" (Relu) of graph "net" reads "image", which no input, initializer or earlier node makes. Did you mean "images"?',
      (g) => g.node("Relu", ["image"]),
    ],
    [
      "an input that is made later",
      'It is made further down by node "late" (Relu): add that node first.',
      (g) => {
        g.node("Relu", ["late"]);
        g.node("Relu", ["y"], {}, { outputs: ["late"] });
      },
    ],
    [
      "an output that nothing makes",
      'graph "net" has the output "z", which nothing in it makes.',
      (g) => g.output("z", "float32", [1]),
    ],
    ["the same output twice", 'graph output "y" has the name', (g) => g.output("y", "float32", [1])],
  ])("build refuses %s", (_what, message, act) => {
    const graph = started();
    graph.output("y", "float32", [1]);
    act(graph);
    const error = errorOf(() => graph.build());
    expect(error.code).toBe("ARGUMENT");
    expect(error.message).toContain(message);
  });

  it("appends another graph under new names, reading values of this one", () => {
    const other = new GraphBuilder();
    const x = other.input("x", "float32", [1]);
    const two = other.initializer({ type: "float32", shape: [1], data: Float32Array.of(2) }, "y");
    other.output(other.node("Mul", [x, two], {}, { outputs: ["images"], name: "model/8/Mul" }), "float32");
    const graph = started();
    const outputs = graph.append(other.build().graph, new Map([["x", "y"]]));
    expect(outputs).toEqual(["model/8/Mul_0"]);
    for (const name of outputs) graph.output(name, "float32");
    const { nodes, initializers } = graph.build().graph;
    expect(nodes.at(-1)).toMatchObject({ op: "Mul", inputs: ["y", "const_0"], outputs: ["model/8/Mul_0"] });
    expect([...initializers.keys()]).toEqual(["const_0"]);
  });

  it("prunes nodes and initializers that nothing reads, and keeps the rest", () => {
    const graph = started();
    const used = graph.initializer({ type: "float32", shape: [1], data: Float32Array.of(2) }, "used");
    const unused = graph.initializer({ type: "float32", shape: [1], data: Float32Array.of(3) }, "unused");
    graph.node("Mul", ["images", unused]);
    graph.output(graph.node("Mul", ["images", used]), "float32");
    graph.prune();
    const { nodes, initializers } = graph.build().graph;
    expect(nodes.map(({ inputs }) => inputs)).toEqual([["images", "used"]]);
    expect([...initializers.keys()]).toEqual(["used"]);
  });

  it("builds a body whose nodes read values around it, which pruning then keeps", () => {
    const graph = started();
    const scale = graph.initializer({ type: "float32", shape: [1], data: Float32Array.of(2) }, "scale");
    const around = graph.node("Neg", [scale]);
    const info = { type: "float32", shape: [1] } as const;
    const body = graph.body([info, info], (total = "", slice = "") => [
      { name: graph.node("Add", [total, graph.node("Mul", [slice, around])]), ...info },
    ]);
    const rows = graph.input("rows", "float32", [4, 1]);
    graph.output(graph.node("Scan", [scale, rows], { body, num_scan_inputs: int(1) }), "float32", [1]);
    graph.prune();
    const { nodes, initializers } = graph.build().graph;
    expect(nodes.map(({ op }) => op)).toEqual(["Neg", "Scan"]);
    expect(body.graph.nodes.map(({ op }) => op)).toEqual(["Mul", "Add"]);
    expect([...initializers.keys()]).toEqual(["scale"]);
    const named = body.graph.inputs.map(({ name }) => name);
    expect(body.graph.nodes.map(({ inputs }) => inputs)).toEqual([
      [named[1], around],
      [named[0], "Mul_0"],
    ]);
  });

  it("build refuses a graph without outputs", () => {
    expect(errorOf(() => started().build()).message).toBe('graph "net" has no output. Declare one with output().');
  });

  it("looks into the graphs of If and Loop, which may read what is around them", () => {
    const branch = (reads: string, makes: string): OnnxGraph => ({
      name: makes,
      inputs: [],
      outputs: [{ name: makes, type: "float32", shape: [1] }],
      initializers: new Map(),
      nodes: [{ op: "Neg", domain: "", name: "", inputs: [reads], outputs: [makes], attributes: {} }],
    });
    const build = (then: OnnxGraph) => {
      const graph = started();
      const condition = graph.input("c", "bool", []);
      graph.output(graph.node("If", [condition], { then_branch: { graph: then } }), "float32", [1]);
      return graph.build();
    };
    expect(build(branch("y", "inner")).graph.nodes).toHaveLength(2);
    expect(errorOf(() => build(branch("nowhere", "inner"))).message).toContain('a Neg node of graph "inner" reads');
    expect(errorOf(() => build(branch("y", "images"))).message).toContain('"images" has the name of another value');
  });

  it("writes the scope before made-up names of outputs, and of nothing else", () => {
    const graph = new GraphBuilder();
    const x = graph.input("x", "float32", [1]);
    graph.scope = "model/0";
    const shared = graph.initializer({ type: "float32", shape: [], data: Float32Array.of(1) });
    expect([graph.node("Add", [x, shared]), graph.node("Add", [x, shared])]).toEqual([
      "model/0/Add_0",
      "model/0/Add_1",
    ]);
    expect(shared).toBe("const_0");
    expect(graph.node("Abs", [x], {}, { outputs: ["y"] })).toBe("y");
    graph.scope = "";
    expect(graph.node("Add", [x, shared])).toBe("Add_0");
  });

  it("goes on where a graph ended", () => {
    const before = started();
    const two = before.initializer({ type: "float32", shape: [], data: Float32Array.of(2) });
    before.output(before.node("Mul", ["y", two]), "float32", [1]);
    const { graph } = before.build();
    const after = GraphBuilder.from(graph);
    const made = after.node("Mul", [graph.outputs[0]?.name ?? "", two]);
    expect(graph.nodes.flatMap(({ outputs }) => outputs)).not.toContain(made);
    expect(errorOf(() => after.input("images", "float32", [1])).message).toContain("has the name of another value");
    expect(errorOf(() => after.build()).message).toContain("has no output");
    after.output(made, "float32");
    const result = after.build().graph;
    expect(result.nodes.map(({ op }) => op)).toEqual(["Relu", "Mul", "Mul"]);
    expect(result.inputs).toEqual(graph.inputs);
    expect(result.initializers.get(two)?.data).toEqual(Float32Array.of(2));
    expect(result.outputs).toEqual([{ name: made, type: "float32", shape: undefined }]);
    // The first graph is as it was.
    expect(graph.nodes).toHaveLength(2);
  });
});
