import { floatToHalf } from "@lookonce/checkpoint";
import { LookonceError } from "@lookonce/errors";
import { type AnyTensorValue, elementType, GraphBuilder, type OnnxModel, type OnnxNode } from "@lookonce/onnx";

const singleType = elementType("float32");
const halfType = elementType("float16");

/** Inputs that are single precision whatever the operator computes in: operator to positions. */
const alwaysSingle: Readonly<Record<string, readonly number[]>> = { Resize: [1, 2] };

/**
 * The same network with its weights kept, and its maps computed, in half precision. Its input and outputs stay float32:
 * decoding the maps needs the range, since pixels of large images lie further than a pixel apart in half precision.
 *
 * @throws LookonceError `UNSUPPORTED` for weights beyond the range of half precision
 */
export function halve(network: OnnxModel): OnnxModel {
  const source = network.graph;
  const graph = new GraphBuilder({ name: source.name });
  graph.scope = "half";
  const names = new Map<string, string>();
  for (const { name, type, shape } of source.inputs) {
    graph.input(name, type, shape ?? []);
    names.set(name, graph.node("Cast", [name], { to: halfType }));
  }
  const constants = new Map<string, string>();
  const constant = (name: string, value: AnyTensorValue): string => {
    const known = constants.get(name);
    if (known !== undefined) return known;
    const half = graph.initializer({ ...value, type: "float16", data: halved(name, value) } as AnyTensorValue, name);
    constants.set(name, half);
    return half;
  };
  const single = singleConstants(source.nodes);
  for (const [name, value] of source.initializers) {
    if (value.type !== "float32" || single.has(name)) graph.initializer(value, name);
  }
  for (const node of source.nodes) {
    const inputs = node.inputs.map((name, i) => {
      const value = source.initializers.get(name);
      if (value?.type === "float32" && !isSingle(node, i))
        return constant(single.has(name) ? `${name}/half` : name, value);
      // Sizes are read off the images as they come.
      return node.op === "Shape" ? name : (names.get(name) ?? name);
    });
    graph.multi(node.op, inputs, halfAttributes(node), { domain: node.domain, outputs: node.outputs, name: node.name });
  }
  for (const { name, type } of source.outputs) graph.output(graph.node("Cast", [name], { to: singleType }), type);
  return { ...network, graph: graph.build({ opset: network.opsets[""] as number }).graph };
}

function isSingle(node: OnnxNode, position: number): boolean {
  return alwaysSingle[node.op]?.includes(position) ?? false;
}

/** Names of the constants that some node wants in single precision. */
function singleConstants(nodes: readonly OnnxNode[]): ReadonlySet<string> {
  return new Set(nodes.flatMap((node) => node.inputs.filter((_, i) => isSingle(node, i))));
}

/** Conversions to single precision become ones to half. */
function halfAttributes(node: OnnxNode): OnnxNode["attributes"] {
  const { to } = node.attributes;
  if (node.op !== "Cast" || to === undefined || !("int" in to) || to.int !== singleType.int) return node.attributes;
  return { ...node.attributes, to: halfType };
}

function halved(name: string, { data }: AnyTensorValue): Uint16Array {
  const values = data as Float32Array;
  const half = floatToHalf(values);
  const infinite = half.findIndex((bits, i) => (bits & 0x7fff) === 0x7c00 && Number.isFinite(values[i]));
  if (infinite < 0) return half;
  throw new LookonceError(
    "UNSUPPORTED",
    `the model cannot be exported with half: ${name} contains ${values[infinite]}, and half precision ends at 65504. Export it without half.`,
  );
}
