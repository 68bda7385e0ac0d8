import type { AnyTensorValue, OnnxGraph, OnnxModel, OnnxNode, TensorType, ValueInfo } from "@lookonce/onnx";

/** Several graphs as one model, and how to run each of them. */
export interface JoinedGraphs {
  readonly model: OnnxModel;
  /** Names of the inputs that choose a graph: scalars, of which the first that is true counts; without one the last graph runs. */
  readonly flags: readonly string[];
  /** The names in the model of each graph's outputs. */
  readonly outputs: readonly (readonly string[])[];
}

/**
 * Joins graphs of which each run computes one, so that they share a session's working memory.
 *
 * Inputs of the same name are the same. The outputs of the model are as many of each type as one of the graphs has at most;
 * those that a graph does not have are scalars of no meaning.
 */
export function joinGraphs(models: readonly OnnxModel[]): JoinedGraphs {
  const [first, ...rest] = models;
  if (first === undefined) throw new Error("internal: there are no graphs to join");
  if (rest.length === 0) return { model: first, flags: [], outputs: [first.graph.outputs.map(({ name }) => name)] };
  const graphs = models.map(({ graph }) => graph);
  const slots = new Map(graphs.flatMap((graph) => slotsOf(graph).map((name, i) => [name, graph.outputs[i]!.type])));
  const flags = graphs.slice(1).map((_, i): ValueInfo => ({ name: `run_graph${i}`, type: "bool", shape: [] }));
  const inputs = new Map<string, ValueInfo>();
  // One of the graphs may need the shape of an input that for others is left open.
  for (const info of graphs.flatMap((graph) => graph.inputs)) {
    if (inputs.get(info.name)?.shape === undefined) inputs.set(info.name, info);
  }
  const branches = graphs.map((graph, i) => asBranch(graph, { slots, suffix: `:${i}` }));
  // The last graph is what is left when no flag is set; the one before is in a choice with it, and so on.
  const chosen = branches.reduceRight((otherwise, branch, i) => {
    return choice(branch, otherwise, {
      flag: `run_graph${i}`,
      names: [...slots.keys()],
      suffix: i === 0 ? "" : `:from${i}`,
    });
  });
  const graph = { ...chosen, name: first.graph.name, inputs: [...inputs.values(), ...flags] };
  const opsets = Object.assign({}, ...models.map((model) => model.opsets));
  return {
    model: { ...first, opsets, graph },
    flags: flags.map(({ name }) => name),
    outputs: graphs.map((each) => slotsOf(each)),
  };
}

/** The outputs' names in the model: `float32_0`, `float32_1`, …, `int32_0`, … */
function slotsOf({ outputs }: OnnxGraph): string[] {
  const counts = new Map<TensorType, number>();
  return outputs.map(({ type }) => {
    const count = counts.get(type) ?? 0;
    counts.set(type, count + 1);
    return `${type}_${count}`;
  });
}

/** A graph as a branch of a choice: it reads the model's inputs, and has all of the model's outputs, with a suffix. */
function asBranch(
  graph: OnnxGraph,
  { slots, suffix }: { slots: ReadonlyMap<string, TensorType>; suffix: string },
): OnnxGraph {
  const own = slotsOf(graph);
  const names = new Map(graph.outputs.map(({ name }, i) => [name, `${own[i]}${suffix}`]));
  const rename = (name: string): string => names.get(name) ?? name;
  const initializers = new Map(graph.initializers);
  const nodes = graph.nodes.map((node) => renamed(node, rename));
  const outputs = [...slots].map(([slot, type]): ValueInfo => {
    const name = `${slot}${suffix}`;
    const output = graph.outputs[own.indexOf(slot)];
    if (output !== undefined) return { name, type, shape: output.shape };
    initializers.set(`no_${type}`, noValue(type));
    nodes.push({ op: "Identity", domain: "", name, inputs: [`no_${type}`], outputs: [name], attributes: {} });
    return { name, type, shape: [] };
  });
  return { name: graph.name, inputs: [], outputs, initializers, nodes };
}

/** A node with other names of values, in its bodies too. */
function renamed(node: OnnxNode, rename: (name: string) => string): OnnxNode {
  const attributes = Object.entries(node.attributes).map(([name, attribute]) => {
    if (!("graph" in attribute)) return [name, attribute];
    const { graph } = attribute;
    return [name, { graph: { ...graph, nodes: graph.nodes.map((inner) => renamed(inner, rename)) } }];
  });
  const [inputs, outputs] = [node.inputs.map(rename), node.outputs.map(rename)];
  return { ...node, inputs, outputs, attributes: Object.fromEntries(attributes) };
}

function noValue(type: TensorType): AnyTensorValue {
  const data = type === "int32" ? new Int32Array(1) : type === "bool" ? new Uint8Array(1) : new Float32Array(1);
  return { type, shape: [], data };
}

/** A graph of one node that runs one of two graphs with the same outputs. */
function choice(
  then: OnnxGraph,
  otherwise: OnnxGraph,
  { flag, names, suffix }: { flag: string; names: readonly string[]; suffix: string },
): OnnxGraph {
  const outputs = then.outputs.map(({ type, shape }, i): ValueInfo => {
    const isSame = `${shape}` === `${otherwise.outputs[i]?.shape}`;
    return { name: `${names[i]}${suffix}`, type, shape: isSame ? shape : undefined };
  });
  const attributes = { then_branch: { graph: then }, else_branch: { graph: otherwise } };
  const node: OnnxNode = {
    ...{ op: "If", domain: "", name: flag, inputs: [flag] },
    ...{ outputs: outputs.map(({ name }) => name), attributes },
  };
  return { name: flag, inputs: [], outputs, initializers: new Map(), nodes: [node] };
}
