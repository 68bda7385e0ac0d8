import {
  type AnyTensorValue,
  GraphBuilder,
  int,
  type OnnxModel,
  type OnnxNode,
  type TensorValue,
} from "@lookonce/onnx";
import { float32 } from "../constants.ts";
import type { QuantizationPlan } from "./plan.ts";
import { quantizeBias, quantizeWeights } from "./quantize-weights.ts";
import type { Range } from "./range.ts";

/** Writes a network with the planned values as bytes and the planned convolutions with 8-bit weights. */
export function writeQuantized(
  network: OnnxModel,
  plan: QuantizationPlan,
  ranges: ReadonlyMap<string, Range>,
): OnnxModel {
  const { graph: source, opsets } = network;
  const graph = new GraphBuilder({ name: source.name });
  graph.scope = "weights";
  /** What is read in place of a value: the same after its way through a byte. */
  const stands = new Map<string, string>();
  const keep = (name: string): void => {
    const range = ranges.get(name);
    if (range === undefined || !plan.values.has(name)) return;
    const parameters = [
      float32(graph, [range.scale]),
      graph.initializer({ type: "uint8", shape: [], data: Uint8Array.of(range.zeroPoint) }),
    ];
    const bytes = graph.node("QuantizeLinear", [name, ...parameters], {}, { outputs: [`${name}/bytes`] });
    stands.set(name, graph.node("DequantizeLinear", [bytes, ...parameters], {}, { outputs: [`${name}/kept`] }));
  };
  const quantized = new Set([...plan.convolutions].flatMap(({ inputs }) => inputs.slice(1)));
  const readElsewhere = new Set(source.nodes.flatMap((node) => (plan.convolutions.has(node) ? [] : node.inputs)));
  for (const [name, value] of source.initializers) {
    if (!quantized.has(name) || readElsewhere.has(name)) graph.initializer(value, name);
  }
  for (const { name, type, shape } of source.inputs) {
    graph.input(name, type, shape ?? []);
    keep(name);
  }
  for (const node of source.nodes) {
    // Sizes are read off the values as they are.
    let inputs = node.op === "Shape" ? [...node.inputs] : node.inputs.map((name) => stands.get(name) ?? name);
    if (plan.convolutions.has(node)) {
      const range = ranges.get(node.inputs[0] as string) as Range;
      inputs = [inputs[0] as string, ...weightsOf(graph, node, { initializers: source.initializers as never, range })];
    }
    graph.multi(node.op, inputs, node.attributes, { domain: node.domain, outputs: node.outputs, name: node.name });
    for (const name of node.outputs) keep(name);
  }
  for (const { name, type } of source.outputs) graph.output(name, type);
  return { ...network, graph: graph.build({ opset: opsets[""] as number }).graph };
}

/** A convolution's weights as signed bytes and its bias as 32-bit integers, each with what makes numbers of them again. */
function weightsOf(
  graph: GraphBuilder,
  node: OnnxNode,
  { initializers, range }: { initializers: ReadonlyMap<string, TensorValue>; range: Range },
): string[] {
  const [, filter, bias] = node.inputs as [string, string, string?];
  const { shape, data } = initializers.get(filter) as TensorValue;
  const biases = bias === undefined ? undefined : ((initializers.get(bias) as TensorValue).data as Float32Array);
  const channels = shape[0] as number;
  const { bytes, scales } = quantizeWeights(data as Float32Array, { channels, biases, inputScale: range.scale });
  const numbers = (stored: string, scale: string, zeros: AnyTensorValue): string =>
    graph.node("DequantizeLinear", [stored, scale, graph.initializer(zeros)], { axis: int(0) });
  const scale = float32(graph, scales, [channels]);
  const stored = graph.initializer({ type: "int8", shape, data: bytes }, graph.uniqueName(`${filter}/bytes`));
  const names = [numbers(stored, scale, { type: "int8", shape: [channels], data: new Int8Array(channels) })];
  if (biases === undefined) return names;
  const quantized = quantizeBias(biases, { scales, inputScale: range.scale });
  const integers: AnyTensorValue = { type: "int32", shape: [channels], data: quantized.integers };
  const storedBias = graph.initializer(integers, graph.uniqueName(`${bias}/integers`));
  const zeros: AnyTensorValue = { type: "int32", shape: [channels], data: new Int32Array(channels) };
  return [...names, numbers(storedBias, float32(graph, quantized.scales, [channels]), zeros)];
}
