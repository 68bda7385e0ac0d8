import type { OperationGraph, OperationNode } from "@lookonce/graph-model";

/** Convolutions by the name of the operation that also adds a bias, as TensorFlow.js knows them. */
const fused: Readonly<Record<string, string>> = {
  Conv2D: "_FusedConv2D",
  DepthwiseConv2dNative: "FusedDepthwiseConv2dNative",
};

/**
 * The same graph in which a convolution and the bias that is added to it are one operation of TensorFlow.js. That saves a
 * pass over each map; TensorFlow itself finds such pairs when it loads a graph.
 */
export function fuseBiases(graph: OperationGraph): OperationGraph {
  const byName = new Map(graph.nodes.map((node) => [node.name, node]));
  const readers = new Map<string, number>();
  for (const name of graph.nodes.flatMap(({ inputs }) => inputs)) readers.set(name, (readers.get(name) ?? 0) + 1);
  const gone = new Set<string>();
  const joined = new Map<string, OperationNode>();
  for (const node of graph.nodes) {
    const [sum = "", bias = ""] = node.inputs;
    const conv = node.op === "AddV2" ? byName.get(sum) : undefined;
    const channels = graph.constants.get(bias)?.shape;
    const op = conv === undefined ? undefined : fused[conv.op];
    if (conv === undefined || op === undefined || channels?.length !== 1 || readers.get(sum) !== 1) continue;
    gone.add(conv.name);
    joined.set(node.name, {
      name: node.name,
      op,
      inputs: [...conv.inputs, bias],
      attributes: { ...conv.attributes, fused_ops: { strings: ["BiasAdd"] }, num_args: { i: 1 }, epsilon: { f: 0 } },
    });
  }
  const nodes = graph.nodes.filter(({ name }) => !gone.has(name)).map((node) => joined.get(node.name) ?? node);
  return { ...graph, nodes };
}
