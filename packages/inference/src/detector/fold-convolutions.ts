import type { AnyTensorValue, OnnxModel, OnnxNode, TensorValue } from "@lookonce/onnx";

/**
 * Rewrites a traced network for ONNX Runtime's CPU provider; but for the rounding of pixels the numbers stay the same:
 *
 * - What is added to a convolution becomes its bias, and a factor of its input, such as 1 / 255, part of its filters.
 * - A convolution whose output is cut into groups of channels becomes one for each group. ONNX Runtime keeps channels in blocks
 *   between convolutions, and would write them out in order only to be cut.
 */
export function foldConvolutions(model: OnnxModel): OnnxModel {
  const passes = [foldBias, foldScale, splitChannels];
  return passes.reduce(rewrite, model);
}

/** Nodes in the place of one, and constants that they read. */
interface Replacement {
  nodes: OnnxNode[];
  constants?: Record<string, TensorValue>;
}

/** What a pass knows of the graph: the nodes that make and read a value, and constants. */
interface View {
  producer(value: string): OnnxNode | undefined;
  users(value: string): readonly OnnxNode[];
  constant(value: string | undefined): TensorValue | undefined;
}

/** Replaces nodes, and drops those whose values nobody reads any more. */
function rewrite(model: OnnxModel, pass: (node: OnnxNode, view: View) => Replacement | undefined): OnnxModel {
  const { graph } = model;
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const users = new Map<string, OnnxNode[]>();
  for (const node of graph.nodes) {
    for (const input of node.inputs) users.set(input, [...(users.get(input) ?? []), node]);
  }
  const constants = new Map<string, AnyTensorValue>(graph.initializers);
  const isOutput = new Set(graph.outputs.map(({ name }) => name));
  const view: View = {
    producer: (value) => producers.get(value),
    // What leaves the graph is read by somebody who wants it as it is
    users: (value) => (isOutput.has(value) ? [] : (users.get(value) ?? [])),
    constant(value = "") {
      const found = constants.get(value);
      return found?.type === "string" ? undefined : found;
    },
  };
  const nodes = graph.nodes.flatMap((node) => {
    const replacement = pass(node, view);
    for (const [name, value] of Object.entries(replacement?.constants ?? {})) constants.set(name, value);
    return replacement?.nodes ?? [node];
  });
  const wanted = new Set(isOutput);
  const live = nodes.reverse().filter(({ inputs, outputs }) => {
    const isRead = outputs.some((output) => wanted.has(output));
    if (isRead) for (const input of inputs) wanted.add(input);
    return isRead;
  });
  const initializers = new Map([...constants].filter(([name]) => wanted.has(name)));
  return { ...model, graph: { ...graph, nodes: live.reverse(), initializers } };
}

/** `Add(Conv(x, filters), bias)`, where the bias is a constant for each channel in the shape [1, C, 1, 1], as `Conv`. */
function foldBias(node: OnnxNode, view: View): Replacement | undefined {
  if (node.op !== "Add") return undefined;
  const [sum, other] = node.inputs as [string, string];
  const conv = view.producer(sum);
  if (conv?.op !== "Conv" || conv.inputs.length > 2 || view.users(sum).length !== 1) return undefined;
  let reshaped = view.producer(other);
  const shape = view.constant(reshaped?.inputs[1]);
  let name = other;
  while (reshaped?.op === "Reshape") {
    name = reshaped.inputs[0] as string;
    reshaped = view.producer(name);
  }
  const bias = view.constant(name);
  const channels = bias?.shape[0];
  if (bias?.shape.length !== 1 || Array.from(shape?.data ?? [], Number).join() !== [1, channels, 1, 1].join()) {
    return undefined;
  }
  return { nodes: [{ ...conv, inputs: [...conv.inputs, name], outputs: node.outputs }] };
}

/** `Conv(Mul(x, number), filters)` as `Conv(x, number · filters)`. */
function foldScale(node: OnnxNode, view: View): Replacement | undefined {
  const scale = view.producer(node.inputs[0] ?? "");
  const factor = view.constant(scale?.inputs[1]);
  const filters = filtersOf(node, view);
  if (scale?.op !== "Mul" || factor?.data.length !== 1 || filters === undefined) return undefined;
  const data = filters.data.map((weight) => weight * Number(factor.data[0]));
  const [, , ...rest] = node.inputs;
  return withFilters(node, { ...filters, data }, { inputs: [scale.inputs[0] as string, ...rest], suffix: "scaled" });
}

/** `Slice(QuickGelu(Conv(x, filters, bias)))` along the channels as a `Conv` of these channels alone. */
function splitChannels(node: OnnxNode, view: View): Replacement | undefined {
  const channels = slicedChannels(node, view);
  const activation = view.producer(node.inputs[0] ?? "");
  const conv = activation?.op === "QuickGelu" ? view.producer(activation.inputs[0] as string) : undefined;
  const filters = conv && filtersOf(conv, view);
  const bias = view.constant(conv?.inputs[2]);
  if (channels === undefined || activation === undefined || conv === undefined) return undefined;
  if (filters === undefined || bias === undefined || view.users(activation.inputs[0] as string).length !== 1) {
    return undefined;
  }
  // Only where all channels are cut out, each once, and blocks stay whole
  const cuts = view.users(activation.outputs[0] as string).map((user) => slicedChannels(user, view));
  const count = cuts.reduce((sum, cut) => sum + (cut === undefined ? Number.NaN : cut.end - cut.start), 0);
  const output = filters.shape[3] as number;
  if (count !== output || cuts.some((cut) => cut === undefined || cut.start % BLOCK !== 0)) return undefined;
  const { start, end } = channels;
  const cut = { start, end, of: output };
  const part = { ...filters, data: columns(filters.data, cut), shape: [...filters.shape.slice(0, 3), end - start] };
  const [suffix, value] = [`${start}`, `${node.outputs[0]}/conv`];
  const { nodes, constants } = withFilters(conv, part, { inputs: [conv.inputs[0] as string, `${value}/bias`], suffix });
  const biases = { ...bias, data: bias.data.slice(start, end), shape: [end - start] };
  return {
    nodes: [
      ...nodes.map((one) => (one.op === "Conv" ? { ...one, outputs: [value] } : one)),
      { ...activation, name: `${activation.name}/${suffix}`, inputs: [value], outputs: node.outputs },
    ],
    constants: { ...constants, [`${value}/bias`]: biases },
  };
}

/** Channels of a block, the most that any processor has. */
const BLOCK = 16;

/** The channels that a `Slice` cuts out of [N, C, H, W]. */
function slicedChannels({ op, inputs }: OnnxNode, view: View): { start: number; end: number } | undefined {
  if (op !== "Slice" || inputs.length !== 4) return undefined;
  const [start, end, axis] = inputs.slice(1).map((input) => view.constant(input)?.data);
  if (start?.length !== 1 || end?.length !== 1 || Number(axis?.[0]) !== 1) return undefined;
  return { start: Number(start[0]), end: Number(end[0]) };
}

/** Constant filters [kh, kw, in, out], as the tracer writes them: transposed for an ordinary `Conv`. */
interface Filters extends TensorValue {
  data: Float32Array;
}

function filtersOf(node: OnnxNode, view: View): Filters | undefined {
  const transposed = view.producer(node.inputs[1] ?? "");
  const { group } = node.attributes;
  if (node.op !== "Conv" || transposed?.op !== "Transpose") return undefined;
  if (group !== undefined && !("int" in group && group.int === 1)) return undefined;
  const value = view.constant(transposed.inputs[0]);
  const { perm } = transposed.attributes;
  const isUsual = perm !== undefined && "ints" in perm && perm.ints.join() === "3,2,0,1";
  return isUsual && value?.data instanceof Float32Array ? { ...value, data: value.data } : undefined;
}

/** A `Conv` with other filters, and the `Transpose` that they need. @param inputs those of the `Conv`, filters left out */
function withFilters(
  node: OnnxNode,
  filters: Filters,
  { inputs: [x, ...rest], suffix }: { inputs: readonly string[]; suffix: string },
): Required<Replacement> {
  const name = `${node.inputs[1]}/${suffix}`;
  const transpose: OnnxNode = {
    ...{ op: "Transpose", domain: "", name, inputs: [`${name}/filters`], outputs: [name] },
    attributes: { perm: { ints: [3, 2, 0, 1] } },
  };
  const conv = { ...node, name: `${node.name}/${suffix}`, inputs: [x as string, name, ...rest] };
  return { nodes: [transpose, conv], constants: { [`${name}/filters`]: filters } };
}

/** Columns `start` to `end` of rows of length `of`. */
function columns(data: Float32Array, { start, end, of }: { start: number; end: number; of: number }): Float32Array {
  const width = end - start;
  const result = new Float32Array((data.length / of) * width);
  for (let from = start, to = 0; to < result.length; from += of, to += width) {
    result.set(data.subarray(from, from + width), to);
  }
  return result;
}
