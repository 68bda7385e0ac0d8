import { LookonceError } from "@lookonce/errors";
import * as tf from "@tensorflow/tfjs-core";
import { type GraphConstant, nodeOf, type OperationGraph, type OperationNode } from "./graph.ts";
import { OperationCall } from "./operation-call.ts";
import { operations } from "./operations.ts";

/**
 * Computes the outputs of a graph with TensorFlow.js, on the current device. Called inside a traced function, it converts the
 * graph to that device's.
 *
 * @throws LookonceError `UNSUPPORTED` for unknown operations, `FORMAT` when the graph is invalid
 */
export function runGraph(graph: OperationGraph, inputs: readonly tf.Tensor[]): tf.Tensor[] {
  requireKnown(graph);
  return tf.tidy(() => new GraphRun(graph, inputs).outputs());
}

/** Elements of a tensor: a map of 64 channels has as many for images of 1448². */
const maxElements = 2 ** 27;

/** Operations without a value. */
const valueless: ReadonlySet<string> = new Set(["NoOp", "Assert"]);

function requireKnown({ nodes }: OperationGraph): void {
  const known = (op: string): boolean =>
    Object.hasOwn(operations, op) || valueless.has(op) || op === "Const" || op === "Placeholder";
  const unknown = [...new Set(nodes.map(({ op }) => op).filter((op) => !known(op)))];
  if (unknown.length === 0) return;
  throw new LookonceError("UNSUPPORTED", `TensorFlow's ${unknown.join(", ")} cannot be computed here`);
}

class GraphRun {
  readonly #graph: OperationGraph;
  readonly #nodes: ReadonlyMap<string, OperationNode>;
  readonly #values = new Map<string, tf.Tensor[]>();

  constructor(graph: OperationGraph, inputs: readonly tf.Tensor[]) {
    this.#graph = graph;
    this.#nodes = new Map(graph.nodes.map((node) => [node.name, node]));
    for (const [i, { node }] of graph.inputs.entries()) this.#values.set(nodeOf(node), [inputs[i] as tf.Tensor]);
  }

  outputs(): tf.Tensor[] {
    return this.#graph.outputs.map(({ node }) => this.#value(node));
  }

  #value(reference: string): tf.Tensor {
    this.#compute(nodeOf(reference));
    const output = this.#values.get(nodeOf(reference))?.[outputOf(reference)];
    if (output === undefined) throw new LookonceError("FORMAT", `"${reference}" is read, but no node computes it`);
    return output;
  }

  /** Without recursion: networks are deeper than the call stack allows. */
  #compute(wanted: string): void {
    const stack = [wanted];
    const open = new Set<string>();
    for (let name = stack.at(-1); name !== undefined; name = stack.at(-1)) {
      const node = this.#nodes.get(name);
      if (node === undefined && !this.#values.has(name)) {
        throw new LookonceError("FORMAT", `"${name}" is read, but no node computes it`);
      }
      const missing = this.#values.has(name) ? [] : dataInputs(node as OperationNode).map(nodeOf);
      const next = missing.find((input) => !this.#values.has(input));
      if (next === undefined) {
        if (!this.#values.has(name)) this.#values.set(name, this.#run(node as OperationNode));
        stack.pop();
        continue;
      }
      if (open.has(next)) throw new LookonceError("FORMAT", `the graph has a cycle through "${next}"`);
      open.add(next);
      stack.push(next);
    }
  }

  #run(node: OperationNode): tf.Tensor[] {
    try {
      const results = [this.#results(node)].flat();
      const large = results.find(({ size }) => size > maxElements);
      if (large === undefined) return results;
      throw new RangeError(`its output [${large.shape.join(", ")}] is too large`);
    } catch (cause) {
      if (cause instanceof LookonceError) throw cause;
      // What TensorFlow.js finds wrong
      const problem = `node "${node.name}" (${node.op}) cannot be computed: ${(cause as Error).message}`;
      throw new LookonceError("FORMAT", problem, { cause });
    }
  }

  #results(node: OperationNode): tf.Tensor | tf.Tensor[] {
    if (node.op === "Const") return this.#constant(node);
    if (node.op === "Placeholder") throw new LookonceError("UNSUPPORTED", `input "${node.name}" is not known`);
    const inputs = dataInputs(node);
    const call = new OperationCall(
      node,
      inputs.map((input) => this.#value(input)),
      (i) => this.#hostConstant(inputs[i])?.data,
    );
    const operation = operations[node.op];
    if (operation === undefined) throw call.unsupported("is read, but has no value");
    return operation(call);
  }

  #constant({ name }: OperationNode): tf.Tensor {
    const constant = this.#graph.constants.get(name);
    if (constant === undefined) throw new LookonceError("FORMAT", `the constant "${name}" has no values`);
    return tf.tensor(constant.data, [...constant.shape], constant.dtype);
  }

  /** The constant that an input is, through any `Identity`. */
  #hostConstant(reference: string | undefined): GraphConstant | undefined {
    const passed = new Set<string>();
    for (let name = nodeOf(reference ?? ""); !passed.has(name); ) {
      const node = this.#nodes.get(name);
      if (node?.op !== "Identity") return this.#graph.constants.get(name);
      passed.add(name);
      name = nodeOf(node.inputs[0] ?? "");
    }
    return undefined;
  }
}

/** Inputs that have values: `^name` is only a control dependency. */
function dataInputs({ inputs }: OperationNode): string[] {
  return inputs.filter((input) => !input.startsWith("^"));
}

function outputOf(reference: string): number {
  return Number(/:(\d+)$/.exec(reference)?.[1] ?? 0);
}
