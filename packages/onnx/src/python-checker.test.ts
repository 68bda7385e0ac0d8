import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { float, GraphBuilder, int, ints, parseModel, serializeModel, str, strs, tensor } from "./index.ts";

/** A Python with the `onnx` package; set LOOKONCE_PYTHON to name one that is not the first on the path. */
const python = process.env.LOOKONCE_PYTHON || "python3";
const present = spawnSync(python, ["-c", "import onnx"]).status === 0;
const title = `the Python package onnx${present ? "" : ` (skipped: ${python} -c "import onnx" fails; set LOOKONCE_PYTHON)`}`;

const CHECK = `
import json, sys, onnx
from onnx import helper, numpy_helper
model = onnx.load(sys.argv[1])
onnx.checker.check_model(model, full_check=True)
print(json.dumps({
  "ir": model.ir_version,
  "opsets": {o.domain: o.version for o in model.opset_import},
  "metadata": {p.key: p.value for p in model.metadata_props},
  "producer": [model.producer_name, model.producer_version],
  "initializers": {t.name: [str(numpy_helper.to_array(t).dtype), numpy_helper.to_array(t).tolist()] for t in model.graph.initializer},
  "attributes": {a.name: repr(helper.get_attribute_value(a)) for n in model.graph.node for a in n.attribute if a.type != onnx.AttributeProto.TENSOR},
  "output": helper.printable_value_info(model.graph.output[0]),
}))
`;

const WRITE = `
import sys, onnx
from onnx import TensorProto as T, helper as h
node = h.make_node("Conv", ["x", "w"], ["y"], name="conv", pads=[1, 1, 1, 1], group=1, auto_pad="NOTSET")
odd = h.make_node("LeakyRelu", ["y"], ["z"], alpha=0.25)
graph = h.make_graph([node, odd], "net",
  [h.make_tensor_value_info("x", T.FLOAT, ["n", 1, 4, None])],
  [h.make_tensor_value_info("z", T.FLOAT, None)],
  [h.make_tensor("w", T.FLOAT, [1, 1, 1, 2], [1.5, -2.0]), h.make_tensor("h", T.FLOAT16, [2], [1.0, -2.0]),
   h.make_tensor("s", T.STRING, [2], [b"a", "\\u00e4".encode()])])
model = h.make_model(graph, opset_imports=[h.make_opsetid("", 20)], ir_version=9, producer_name="python")
h.set_model_props(model, {"stride": "32"})
onnx.save(model, sys.argv[1])
`;

function runPython(script: string, path: string): string {
  const { status, stdout, stderr } = spawnSync(python, ["-c", script, path], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** A detector in little: symbolic sizes, constants, attributes of each kind that standard operators have. */
function network(): GraphBuilder {
  const graph = new GraphBuilder({ name: "net" });
  const x = graph.input("images", "float32", ["batch", 1, 4, 4]);
  const kernel = { type: "float32" as const, shape: [2, 1, 1, 1], data: Float32Array.of(0.5, -3) };
  let y = graph.node("Conv", [x, graph.initializer(kernel, "kernel"), ""], { strides: ints([1, 1]), group: int(1) });
  y = graph.node("LeakyRelu", [y], { alpha: float(0.25) });
  const half = graph.node("Cast", [y], { to: int(10) });
  const offset = { type: "float16" as const, shape: [1], data: Uint16Array.of(0x3c00) };
  y = graph.node("Add", [half, graph.initializer(offset, "offset")]);
  const axes = graph.node("Constant", [], {
    value: tensor({ type: "int64", shape: [2], data: BigInt64Array.of(2n, -1n) }),
  });
  y = graph.node("ReduceMax", [y, axes], { keepdims: int(0) });
  graph.node("Constant", [], { value_strings: strs(["a", "ß"]) });
  graph.node("Constant", [], { value_string: str("ü") });
  graph.output(y, "float16", ["batch", 2]);
  return graph;
}

describe.skipIf(!present)(title, () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "lookonce-onnx-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("accepts our models, infers the shapes we declared, and reads what we wrote", () => {
    const model = network().build({ producer: "lookonce", producerVersion: "1", metadata: { names: '{0: "ä"}' } });
    const path = join(folder, "ours.onnx");
    writeFileSync(path, serializeModel(model));
    expect(JSON.parse(runPython(CHECK, path))).toEqual({
      ir: 9,
      opsets: { "": 20 },
      metadata: { names: '{0: "ä"}' },
      producer: ["lookonce", "1"],
      initializers: {
        kernel: ["float32", [[[[0.5]]], [[[-3]]]]],
        offset: ["float16", [1]],
      },
      attributes: {
        strides: "[1, 1]",
        group: "1",
        alpha: "0.25",
        to: "10",
        keepdims: "0",
        value_strings: "[b'a', b'\\xc3\\x9f']",
        value_string: "b'\\xc3\\xbc'",
      },
      output: "%ReduceMax_0[FLOAT16, batchx2]",
    });
  });

  it("accepts every operator set's version of the file format from 13 on", () => {
    for (const opset of [13, 15, 17, 18, 19, 20, 21, 23]) {
      const graph = new GraphBuilder();
      const y = graph.node("Relu", [graph.input("x", "float32", [1])]);
      graph.output(y, "float32", [1]);
      const path = join(folder, `opset-${opset}.onnx`);
      writeFileSync(path, serializeModel(graph.build({ opset })));
      expect(JSON.parse(runPython(CHECK, path)).opsets).toEqual({ "": opset });
    }
  });

  it("writes models that we read", () => {
    const path = join(folder, "theirs.onnx");
    runPython(WRITE, path);
    const model = parseModel(readFileSync(path), path);
    expect(model).toMatchObject({ irVersion: 9, opsets: { "": 20 }, producer: "python", metadata: { stride: "32" } });
    expect(model.graph).toEqual({
      name: "net",
      inputs: [{ name: "x", type: "float32", shape: ["n", 1, 4, ""] }],
      outputs: [{ name: "z", type: "float32" }],
      initializers: new Map<string, unknown>([
        ["w", { type: "float32", shape: [1, 1, 1, 2], data: Float32Array.of(1.5, -2) }],
        ["h", { type: "float16", shape: [2], data: Uint16Array.of(0x3c00, 0xc000) }],
        ["s", { type: "string", shape: [2], data: ["a", "ä"] }],
      ]),
      nodes: [
        {
          op: "Conv",
          domain: "",
          name: "conv",
          inputs: ["x", "w"],
          outputs: ["y"],
          attributes: { pads: { ints: [1, 1, 1, 1] }, group: { int: 1 }, auto_pad: { string: "NOTSET" } },
        },
        {
          op: "LeakyRelu",
          domain: "",
          name: "",
          inputs: ["y"],
          outputs: ["z"],
          attributes: { alpha: { float: 0.25 } },
        },
      ],
    });
  });
});
