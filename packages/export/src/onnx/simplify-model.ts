import type { AnyTensorValue, OnnxModel, OnnxNode, TensorValue } from "@lookonce/onnx";

/**
 * The same model with fewer nodes: weights lie in the file as its operators want them, biases belong to their convolutions,
 * and transpositions that cancel out are gone. Programs without an optimizer run it faster, and people see more in it.
 *
 * A weight that only one node reads keeps its name.
 */
export function simplifyModel(model: OnnxModel): OnnxModel {
  return new Simplification(model).result();
}

class Simplification {
  readonly #model: OnnxModel;
  readonly #constants: Map<string, AnyTensorValue>;
  readonly #uses = new Map<string, number>();
  readonly #outputs: ReadonlySet<string>;
  /** Values that are the same as others, by name. */
  readonly #same = new Map<string, string>();
  readonly #makers = new Map<string, OnnxNode>();
  readonly #nodes: OnnxNode[] = [];

  constructor(model: OnnxModel) {
    this.#model = model;
    this.#constants = new Map(model.graph.initializers);
    this.#outputs = new Set(model.graph.outputs.map(({ name }) => name));
    for (const name of model.graph.nodes.flatMap(({ inputs }) => inputs)) {
      this.#uses.set(name, (this.#uses.get(name) ?? 0) + 1);
    }
  }

  result(): OnnxModel {
    for (const given of this.#model.graph.nodes) {
      const node = { ...given, inputs: given.inputs.map((name) => this.#same.get(name) ?? name) };
      if (this.#isGone(node)) continue;
      this.#nodes.push(node);
      for (const output of node.outputs) this.#makers.set(output, node);
    }
    const read = new Set([...this.#nodes.flatMap(({ inputs }) => inputs), ...this.#outputs]);
    const initializers = new Map([...this.#constants].filter(([name]) => read.has(name)));
    return { ...this.#model, graph: { ...this.#model.graph, nodes: needed(this.#nodes, this.#outputs), initializers } };
  }

  /** Whether the node is not needed any more, since its output is to be had otherwise. */
  #isGone(node: OnnxNode): boolean {
    const [output] = node.outputs as [string];
    if (node.domain !== "" || this.#outputs.has(output)) return false;
    switch (node.op) {
      case "Transpose":
        return this.#foldConstant(node, transposed) || this.#cancel(node);
      case "Reshape":
        return this.#foldConstant(node, (tensor) => reshaped(tensor, this.#constants.get(node.inputs[1] as string)));
      case "Add":
        return this.#giveBias(node, [0, 1]) || this.#giveBias(node, [1, 0]);
      default:
        return false;
    }
  }

  /** Computes a node that reads a constant now. */
  #foldConstant(node: OnnxNode, fold: (tensor: TensorValue, node: OnnxNode) => TensorValue | undefined): boolean {
    const [[input], [output]] = [node.inputs as [string], node.outputs as [string]];
    const tensor = this.#constants.get(input);
    const folded = tensor?.type === "float32" ? fold(tensor as TensorValue, node) : undefined;
    if (folded === undefined) return false;
    // Under the name of the constant that it was made from, where nothing else reads that
    const name = this.#uses.get(input) === 1 ? input : output;
    this.#constants.set(name, folded);
    this.#same.set(output, name);
    this.#uses.set(name, this.#uses.get(output) ?? 0);
    return true;
  }

  /** A transposition of a transposition that restores the axes. */
  #cancel(node: OnnxNode): boolean {
    const before = this.#makers.get(node.inputs[0] as string);
    if (before?.op !== "Transpose") return false;
    const [first, second] = [permutation(before), permutation(node)];
    if (!second.every((axis, i) => first[axis] === i)) return false;
    const [source, output] = [before.inputs[0] as string, node.outputs[0] as string];
    this.#same.set(output, source);
    this.#uses.set(source, (this.#uses.get(source) ?? 0) + (this.#uses.get(output) ?? 0));
    return true;
  }

  /** The sum of a convolution that nothing else reads and one number a channel. */
  #giveBias(node: OnnxNode, [sum, bias]: readonly [number, number]): boolean {
    const [value, constant] = [node.inputs[sum] as string, node.inputs[bias] as string];
    const conv = this.#makers.get(value);
    const tensor = this.#constants.get(constant);
    const isConvolution = conv?.op === "Conv" || conv?.op === "ConvTranspose";
    if (!isConvolution || conv.inputs.length !== 2 || this.#uses.get(value) !== 1) return false;
    if (tensor?.type !== "float32" || this.#uses.get(constant) !== 1) return false;
    // Filters are [out, in, h, w], of transposed ones [in, out, h, w], both without groups
    const channels = this.#constants.get(conv.inputs[1] as string)?.shape[conv.op === "Conv" ? 0 : 1];
    const [rows, columns] = tensor.shape.slice(-2);
    const isPerChannel = tensor.shape.length >= 3 && rows === 1 && columns === 1 && tensor.shape.at(-3) === channels;
    if (channels === undefined || !isPerChannel || tensor.data.length !== channels) return false;
    this.#constants.set(constant, { ...(tensor as TensorValue), shape: [channels] });
    const index = this.#nodes.indexOf(conv);
    const joined = { ...conv, inputs: [...conv.inputs, constant] };
    this.#nodes[index] = joined;
    this.#makers.set(value, joined);
    this.#same.set(node.outputs[0] as string, value);
    this.#uses.set(value, this.#uses.get(node.outputs[0] as string) ?? 0);
    return true;
  }
}

/** The nodes that the outputs depend on. */
function needed(nodes: readonly OnnxNode[], outputs: ReadonlySet<string>): OnnxNode[] {
  const read = new Set(outputs);
  const kept = nodes.toReversed().filter((node) => {
    if (!node.outputs.some((name) => read.has(name))) return false;
    for (const name of node.inputs) read.add(name);
    return true;
  });
  return kept.reverse();
}

function permutation(node: OnnxNode): readonly number[] {
  const { perm } = node.attributes;
  return perm !== undefined && "ints" in perm ? perm.ints : [];
}

function transposed({ type, shape, data }: TensorValue, node: OnnxNode): TensorValue | undefined {
  const perm = permutation(node);
  if (perm.length !== shape.length) return undefined;
  const size = perm.map((axis) => shape[axis] as number);
  const steps = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
  const stride = perm.map((axis) => steps[axis] as number);
  const source = data as Float32Array;
  const values = new Float32Array(source.length);
  const place = size.map(() => 0);
  for (let i = 0, from = 0; i < values.length; i++) {
    values[i] = source[from] as number;
    for (let axis = size.length - 1; axis >= 0; axis--) {
      from += stride[axis] as number;
      place[axis] = (place[axis] as number) + 1;
      if ((place[axis] as number) < (size[axis] as number)) break;
      from -= (stride[axis] as number) * (size[axis] as number);
      place[axis] = 0;
    }
  }
  return { type, shape: size, data: values };
}

function reshaped(tensor: TensorValue, target: AnyTensorValue | undefined): TensorValue | undefined {
  if (target?.type !== "int64") return undefined;
  const shape = Array.from(target.data as BigInt64Array, Number);
  // Sizes that depend on others (0, -1) are left to the runtime.
  return shape.every((side) => side > 0) ? { ...tensor, shape } : undefined;
}
