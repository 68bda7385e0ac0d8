import { ints, type OnnxModel, type OnnxNode } from "@lookonce/onnx";

/** Reductions whose axes are an input from operator set 18 on; those of `ReduceSum` are one from 13 on. */
const reductions: ReadonlySet<string> = new Set(["ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd"]);

/** The same model for operator sets before 18, in which the axes of these reductions are an attribute. */
export function withAxesAttributes(model: OnnxModel): OnnxModel {
  const { graph } = model;
  const nodes = graph.nodes.map((node): OnnxNode => {
    const [input = "", axes = ""] = node.inputs;
    const constant = reductions.has(node.op) ? graph.initializers.get(axes) : undefined;
    if (constant?.type !== "int64") return node;
    const list = Array.from(constant.data as BigInt64Array, Number);
    return { ...node, inputs: [input], attributes: { ...node.attributes, axes: ints(list) } };
  });
  const read = new Set([...nodes.flatMap(({ inputs }) => inputs), ...graph.outputs.map(({ name }) => name)]);
  const initializers = new Map([...graph.initializers].filter(([name]) => read.has(name)));
  return { ...model, graph: { ...graph, nodes, initializers } };
}
