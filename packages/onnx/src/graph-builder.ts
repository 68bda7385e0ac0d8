import { LookonceError } from "@lookonce/errors";
import { checkGraph, define, readNames } from "./check-graph.ts";
import { checkTensor } from "./check-tensor.ts";
import type { AnyTensorValue, Attribute, OnnxGraph, OnnxModel, OnnxNode, ValueInfo } from "./model.ts";
import { TENSOR_TYPES, type TensorType } from "./tensor-type.ts";
import { irVersionOf, opsetsOf } from "./versions.ts";

/** Options of {@link GraphBuilder}. */
export interface GraphBuilderOptions {
  /** Name of the graph; default `graph`. */
  name?: string;
}

/** Options of {@link GraphBuilder.node}. */
export interface NodeOptions {
  /** Operator set; default ONNX's own. */
  domain?: string;
  /** How many outputs, or their names; default one. An empty name leaves an optional output out. */
  outputs?: number | readonly string[];
  /** Name of the node; default the name of its first output. */
  name?: string;
}

/** Options of {@link GraphBuilder.build}. */
export interface BuildOptions {
  /** Version of ONNX's own operators; default 20. */
  opset?: number;
  /** Version of the file format; default the one in which the operator set appeared. */
  irVersion?: number;
  /** Versions of other operator sets; those of ONNX Runtime are 1 unless given. Those that no node uses are not listed. */
  extraDomains?: Readonly<Record<string, number>>;
  /** Program that made the model; default `lookonce`. */
  producer?: string;
  /** Version of that program; default empty. */
  producerVersion?: string;
  /** Key-value pairs of the maker's. */
  metadata?: Readonly<Record<string, string>>;
  /** Description for people. */
  docString?: string;
  /** Whether every value must be defined once and before it is read. Default `true`; whoever compiles the graph finds that, too. */
  isChecked?: boolean;
}

const NO_ATTRIBUTES: Readonly<Record<string, Attribute>> = Object.freeze({});

/** Unnamed initializers of up to this many elements (shapes, axes, scalars) are stored once. */
const SHARED_ELEMENTS = 16;

/**
 * Builds an ONNX graph value by value.
 *
 * Values are known by name: {@link input}, {@link initializer} and {@link node} return the names that later nodes
 * read. Mistakes are `ARGUMENT` errors, thrown when they are made or, for names that are never defined, by
 * {@link build}.
 */
export class GraphBuilder {
  /** Precedes, with a slash, the names that are made up for the outputs of nodes; programs draw scopes as a tree. */
  scope = "";
  readonly #name: string;
  readonly #inputs: ValueInfo[] = [];
  readonly #outputs: ValueInfo[] = [];
  readonly #initializers = new Map<string, AnyTensorValue>();
  readonly #nodes: OnnxNode[] = [];
  readonly #defined = new Set<string>();
  readonly #reserved = new Set<string>();
  readonly #counters = new Map<string, number>();
  readonly #shared = new Map<string, string>();

  constructor(options: GraphBuilderOptions = {}) {
    this.#name = options.name ?? "graph";
  }

  /** A builder that goes on where a graph ended: with its inputs, constants and nodes; outputs are to be declared again. */
  static from(graph: OnnxGraph): GraphBuilder {
    const builder = new GraphBuilder({ name: graph.name });
    for (const info of graph.inputs) {
      builder.#define(info.name, "input");
      builder.#inputs.push(info);
    }
    for (const [name, value] of graph.initializers) builder.initializer(value, name);
    for (const node of graph.nodes) {
      for (const name of node.outputs) if (name !== "") builder.#define(name, `output of a ${node.op} node:`);
      builder.#nodes.push(node);
    }
    return builder;
  }

  /** A name that no value of this graph has or will be given: the prefix and a number. */
  uniqueName(prefix: string): string {
    let count = this.#counters.get(prefix) ?? 0;
    let name = `${prefix}_${count}`;
    while (this.#defined.has(name) || this.#reserved.has(name)) {
      count += 1;
      name = `${prefix}_${count}`;
    }
    this.#counters.set(prefix, count + 1);
    this.#reserved.add(name);
    return name;
  }

  /** Adds a graph input and returns its name; strings in the shape are symbolic sizes. Without a shape its rank is left open. */
  input(name: string, type: TensorType, shape?: readonly (number | string)[]): string {
    const info = valueInfo({ name, type, shape }, "input");
    this.#define(name, "input");
    this.#inputs.push(info);
    return name;
  }

  /** Adds a constant by reference and returns its name; equal unnamed ones of up to 16 elements become one copy. */
  initializer(value: AnyTensorValue, name?: string): string {
    checkTensor(value, name === undefined ? "initializer" : `initializer "${name}"`);
    if (name !== undefined) {
      this.#define(name, "initializer");
      this.#initializers.set(name, value);
      return name;
    }
    const key = value.data.length <= SHARED_ELEMENTS ? contentKey(value) : undefined;
    const known = key === undefined ? undefined : this.#shared.get(key);
    if (known !== undefined) return known;
    const made = this.uniqueName("const");
    this.#defined.add(made);
    // A shared constant must stay what it was when it was compared, so its few elements are copied.
    this.#initializers.set(made, key === undefined ? value : copyTensor(value));
    if (key !== undefined) this.#shared.set(key, made);
    return made;
  }

  /** Adds a node and returns the name of its first output. An empty input name leaves an optional input out. */
  node(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = NO_ATTRIBUTES,
    options: NodeOptions = {},
  ): string {
    return this.multi(op, inputs, attributes, options)[0]!;
  }

  /** Adds a node and returns the names of all its outputs: one, unless `options.outputs` says otherwise. */
  multi(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = NO_ATTRIBUTES,
    options: NodeOptions = {},
  ): string[] {
    if (op === "") throw new LookonceError("ARGUMENT", `graph "${this.#name}": a node needs an operator.`);
    const outputs = this.#outputNames(op, options.outputs ?? 1);
    const domain = options.domain === "ai.onnx" ? "" : (options.domain ?? "");
    const name = options.name ?? outputs.find((output) => output !== "") ?? "";
    this.#nodes.push({ op, domain, name, inputs: [...inputs], outputs, attributes });
    return outputs;
  }

  /**
   * Adds the nodes and initializers of another graph under new names, and returns the names of its outputs here.
   *
   * @param inputs the value of this graph for each of its inputs
   */
  append({ nodes, initializers, outputs }: OnnxGraph, inputs: ReadonlyMap<string, string>): string[] {
    const names = new Map(inputs);
    const here = (name: string): string => names.get(name) ?? name;
    for (const [name, value] of initializers) names.set(name, this.initializer(value));
    const { scope } = this;
    for (const { op, domain, name, inputs: read, outputs: made, attributes } of nodes) {
      this.scope = name.slice(0, Math.max(0, name.lastIndexOf("/")));
      const own = this.multi(op, read.map(here), attributes, { domain, outputs: made.length });
      for (const [i, output] of own.entries()) names.set(made[i] ?? "", output);
    }
    this.scope = scope;
    return outputs.map(({ name }) => here(name));
  }

  /**
   * Builds a graph for an attribute, such as the body of a `Scan`: the nodes that `build` adds become its nodes. They may
   * read this graph's values too; nothing outside may read theirs.
   *
   * @param inputs the body's inputs, for which names are made up and passed to `build`
   * @param build returns the body's outputs
   */
  body(
    inputs: readonly Omit<ValueInfo, "name">[],
    build: (...names: string[]) => readonly ValueInfo[],
  ): { graph: OnnxGraph } {
    const name = this.uniqueName("body");
    const infos = inputs.map((info) => valueInfo({ ...info, name: this.uniqueName(`${name}_input`) }, "input"));
    for (const info of infos) this.#define(info.name, "input");
    const start = this.#nodes.length;
    const outputs = build(...infos.map((info) => info.name)).map((info) => valueInfo(info, "output"));
    const nodes = this.#nodes.splice(start);
    return { graph: { name, inputs: infos, outputs, initializers: new Map(), nodes } };
  }

  /** Declares a value as a graph output; strings in the shape are symbolic sizes. Without a shape its rank is left open. */
  output(name: string, type: TensorType, shape?: readonly (number | string)[]): void {
    this.#outputs.push(valueInfo({ name, type, shape }, "output"));
  }

  /** Names of the values that nodes compute so far. */
  get computed(): Set<string> {
    return new Set(this.#nodes.flatMap(({ outputs }) => outputs));
  }

  /** Drops the nodes and initializers that neither another node nor the graph's outputs need. */
  prune(): void {
    const needed = new Set(this.#outputs.map(({ name }) => name));
    const kept: OnnxNode[] = [];
    // Backwards, so that a node is judged after all that read it.
    for (const node of this.#nodes.toReversed()) {
      if (!node.outputs.some((name) => needed.has(name))) continue;
      kept.push(node);
      for (const name of readNames(node)) needed.add(name);
    }
    this.#nodes.splice(0, this.#nodes.length, ...kept.reverse());
    for (const name of this.#initializers.keys()) if (!needed.has(name)) this.#initializers.delete(name);
  }

  /** Checks the graph, unless options say otherwise, and returns the model. */
  build(options: BuildOptions = {}): OnnxModel {
    const opset = options.opset ?? 20;
    const graph: OnnxGraph = {
      name: this.#name,
      inputs: [...this.#inputs],
      outputs: [...this.#outputs],
      initializers: new Map(this.#initializers),
      nodes: [...this.#nodes],
    };
    if (graph.outputs.length === 0) {
      throw new LookonceError("ARGUMENT", `graph "${this.#name}" has no output. Declare one with output().`);
    }
    if (options.isChecked !== false) checkGraph(graph);
    return {
      irVersion: options.irVersion ?? irVersionOf(opset),
      opsets: opsetsOf(graph, opset, options.extraDomains ?? {}),
      producer: options.producer ?? "lookonce",
      producerVersion: options.producerVersion ?? "",
      docString: options.docString ?? "",
      metadata: { ...options.metadata },
      graph,
    };
  }

  #outputNames(op: string, outputs: number | readonly string[]): string[] {
    if (typeof outputs === "number") {
      const prefix = this.scope === "" ? op : `${this.scope}/${op}`;
      const names = Array.from({ length: outputs }, () => this.uniqueName(prefix));
      for (const name of names) this.#defined.add(name);
      return names;
    }
    for (const name of outputs) {
      if (name !== "") this.#define(name, `output of a ${op} node:`);
    }
    return [...outputs];
  }

  #define(name: string, what: string): void {
    if (name === "") throw new LookonceError("ARGUMENT", `graph "${this.#name}": an ${what} needs a name.`);
    define(this.#defined, name, `graph "${this.#name}": ${what}`);
  }
}

function valueInfo(info: ValueInfo, what: string): ValueInfo {
  if (TENSOR_TYPES[info.type] === undefined) {
    throw new LookonceError("ARGUMENT", `${what} "${info.name}": "${info.type}" is not a tensor type.`);
  }
  for (const size of info.shape ?? []) {
    if (typeof size === "string" ? size === "" : !Number.isInteger(size) || size < 0) {
      throw new LookonceError(
        "ARGUMENT",
        `${what} "${info.name}": ${JSON.stringify(size)} is not a size. Use a whole number from 0 on, or a name for a size that varies.`,
      );
    }
  }
  return { ...info, shape: info.shape && [...info.shape] };
}

function copyTensor(value: AnyTensorValue): AnyTensorValue {
  const shape = [...value.shape];
  const array = TENSOR_TYPES[value.type].array;
  if (array === undefined || !ArrayBuffer.isView(value.data)) {
    return { type: "string", shape, data: [...(value.data as readonly string[])] };
  }
  const { buffer, byteOffset, byteLength } = value.data;
  const bytes = new Uint8Array(new Uint8Array(buffer, byteOffset, byteLength));
  return { type: value.type, shape, data: new array(bytes.buffer, 0, value.data.length) };
}

/** A text that is the same for equal constants and for no others. */
function contentKey(value: AnyTensorValue): string {
  // Bytes, not numbers: 0 and -0 differ, and equal NaNs are equal.
  const content = ArrayBuffer.isView(value.data)
    ? new Uint8Array(value.data.buffer, value.data.byteOffset, value.data.byteLength).join()
    : JSON.stringify(value.data);
  return `${value.type}|${value.shape.join()}|${content}`;
}
