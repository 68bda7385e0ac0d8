import type { GraphConstant, OperationGraph, OperationNode } from "@lookonce/graph-model";
import { largeFilters } from "../large-filters.ts";

/**
 * The same graph with filters from −1 to 1 and a factor for each of their output channels, which is multiplied in when the
 * graph runs. In 8 bits of one range a filter would lose its weak channels: the format knows one range a tensor only.
 */
export function scaleFilters(graph: OperationGraph): OperationGraph {
  const filters = largeFilters(graph);
  const constants = new Map(graph.constants);
  const nodes: OperationNode[] = [];
  for (const node of graph.nodes) {
    const [x = "", filter = "", ...rest] = node.inputs;
    nodes.push(
      /Conv2[dD]/.test(node.op) && filters.has(filter) ? { ...node, inputs: [x, scaled(filter), ...rest] } : node,
    );
    if (!filters.has(node.name)) continue;
    const { normal, factors } = normalized(constants.get(node.name) as GraphConstant);
    constants.set(node.name, normal);
    constants.set(`${node.name}/factors`, factors);
    const name = `${node.name}/factors`;
    nodes.push(
      { name, op: "Const", inputs: [], attributes: { dtype: { type: "float32" } } },
      { name: scaled(node.name), op: "Mul", inputs: [node.name, name], attributes: { T: { type: "float32" } } },
    );
  }
  return { ...graph, nodes, constants };
}

function scaled(filter: string): string {
  return `${filter}/scaled`;
}

/** A filter [kh, kw, in, out] over the largest magnitude of each output channel. */
function normalized({ shape, data }: GraphConstant): { normal: GraphConstant; factors: GraphConstant } {
  const channels = shape.at(-1) as number;
  const factors = new Float32Array(channels);
  for (const [i, value] of data.entries()) {
    factors[i % channels] = Math.max(factors[i % channels] as number, Math.abs(value));
  }
  const normal = Float32Array.from(data, (value, i) => value / (factors[i % channels] || 1));
  return {
    normal: { dtype: "float32", shape, data: normal },
    factors: { dtype: "float32", shape: [channels], data: factors },
  };
}
