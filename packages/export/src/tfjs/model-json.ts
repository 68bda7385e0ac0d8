import type {
  GraphAttributeValue,
  GraphConstant,
  GraphPort,
  OperationGraph,
  OperationNode,
  WeightEntry,
} from "@lookonce/graph-model";

const types = { float32: "DT_FLOAT", float16: "DT_HALF", int32: "DT_INT32", bool: "DT_BOOL" } as const;

/** Version of TensorFlow's graph format; what reads graph models accepts any. */
const producer = 1882;

/** A graph as the `model.json` of a graph model of TensorFlow.js: protobuf's JSON, weights in files of their own. */
export function modelJson(graph: OperationGraph, paths: readonly string[], weights: readonly WeightEntry[]): string {
  return JSON.stringify({
    format: "graph-model",
    generatedBy: "lookonce",
    convertedBy: "lookonce",
    signature: { inputs: named(graph.inputs), outputs: named(graph.outputs) },
    userDefinedMetadata: graph.metadata,
    modelTopology: {
      node: graph.nodes.map((node) => nodeJson(node, graph)),
      library: {},
      versions: { producer },
    },
    weightsManifest: [{ paths, weights }],
  });
}

function named(ports: readonly GraphPort[]): Record<string, unknown> {
  return Object.fromEntries(
    ports.map(({ name, node, shape = [] }) => [
      name,
      { name: node, dtype: types.float32, tensorShape: shapeJson(shape) },
    ]),
  );
}

function nodeJson({ name, op, inputs, attributes }: OperationNode, graph: OperationGraph): unknown {
  const attr = Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, attributeJson(value)]));
  if (op !== "Const") return { name, op, input: inputs, attr };
  // The values are in the manifest, under the node's name.
  const { dtype, shape } = graph.constants.get(name) as GraphConstant;
  const tensor = { dtype: types[dtype], tensorShape: shapeJson(shape) };
  return { name, op, attr: { ...attr, value: { tensor } } };
}

/** 64-bit numbers are texts and bytes base 64, as protobuf's JSON has it. */
function attributeJson(value: GraphAttributeValue): unknown {
  if ("type" in value) return { type: types[value.type] };
  if ("i" in value) return { i: String(value.i) };
  if ("s" in value) return { s: base64(value.s) };
  if ("ints" in value) return { list: { i: value.ints.map(String) } };
  if ("strings" in value) return { list: { s: value.strings.map(base64) } };
  if ("shape" in value) return { shape: shapeJson(value.shape) };
  return value;
}

function shapeJson(shape: readonly number[]): unknown {
  return { dim: shape.map((size) => ({ size: String(size) })) };
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
