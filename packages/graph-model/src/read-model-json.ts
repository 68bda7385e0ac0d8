import { LookonceError } from "@lookonce/errors";
import { dirname, isAbsolute, join, normalize, readRegular, textOf } from "@lookonce/files";
import { decodeWeights } from "./decode-weights.ts";
import {
  type GraphAttributeValue,
  type GraphConstant,
  type GraphPort,
  nodeOf,
  type OperationGraph,
  type OperationNode,
} from "./graph.ts";
import { type JsonAttribute, type JsonPorts, type ModelJson, parseModelJson } from "./model-json.ts";

/**
 * Reads a graph model of TensorFlow.js: `model.json` and the files of weights that it names, in the same folder.
 *
 * @throws LookonceError `NOT_FOUND` when a file is missing, `FORMAT` when one is damaged, `UNSUPPORTED` for a layers model
 */
export async function readModelJson(path: string): Promise<OperationGraph> {
  const json = parseModelJson(textOf(await readRegular(path, { what: "model" })), path);
  const nodes = json.modelTopology.node.map(({ name, op, input = [], attr = [] }): OperationNode => {
    const read = attr.map(([key, value]) => [key, readAttribute(value)] as const);
    return { name, op, inputs: input, attributes: Object.fromEntries(read.filter(isKnown)) };
  });
  const constants = new Map<string, GraphConstant>();
  for (const { paths, weights } of json.weightsManifest) {
    const bytes = await readParts(path, paths);
    for (const [name, constant] of decodeWeights(bytes, weights, path)) constants.set(name, constant);
  }
  return { nodes, constants, ...ports(json, nodes), metadata: json.userDefinedMetadata ?? {} };
}

/** The bytes of a group's files one after the other. */
async function readParts(path: string, names: readonly string[]): Promise<Uint8Array> {
  if (new Set(names).size < names.length) {
    throw new LookonceError("FORMAT", `${path} names a file of weights twice in one group.`);
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  for (const name of names) {
    const part = await readRegular(beside(path, name), {
      what: `file of weights of ${path}:`,
      maxBytes: maxGroupBytes - length,
    });
    length += part.length;
    parts.push(part);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The most that Node reads into one buffer from a file, too. */
const maxGroupBytes = 2 ** 31 - 1;

function beside(path: string, part: string): string {
  // A model must not make us read files elsewhere
  if (isAbsolute(part) || normalize(part).startsWith("..")) {
    throw new LookonceError("UNSAFE", `${path} names the file of weights "${part}", which is not beside it.`);
  }
  return join(dirname(path), part);
}

type Attribute<T> = readonly [key: string, value: T];

function isKnown(one: Attribute<GraphAttributeValue | undefined>): one is Attribute<GraphAttributeValue> {
  return one[1] !== undefined;
}

/** Other kinds of attributes do not matter here. */
function readAttribute({ type, i, f, b, s, shape, list }: JsonAttribute): GraphAttributeValue | undefined {
  if (type !== undefined) return { type };
  if (i !== undefined) return { i };
  if (f !== undefined) return { f };
  if (b !== undefined) return { b };
  if (s !== undefined) return { s };
  if (shape !== undefined) return { shape };
  if (list?.s !== undefined) return { strings: list.s };
  return list === undefined ? undefined : { ints: list.i ?? [] };
}

/** The ports of the signature; without one, the placeholders and the nodes that no other node reads. */
function ports({ signature }: ModelJson, nodes: readonly OperationNode[]): Pick<OperationGraph, "inputs" | "outputs"> {
  if (signature?.inputs !== undefined && signature.outputs !== undefined) {
    return { inputs: named(signature.inputs), outputs: named(signature.outputs) };
  }
  const read = new Set(nodes.flatMap(({ inputs }) => inputs.map(nodeOf)));
  const port = ({ name, attributes: { shape } }: OperationNode): GraphPort => ({
    name,
    node: name,
    ...(shape !== undefined && "shape" in shape ? { shape: shape.shape } : {}),
  });
  return {
    inputs: nodes.filter(({ op }) => op === "Placeholder").map(port),
    outputs: nodes.filter(({ name, op }) => !read.has(name) && op !== "Const" && op !== "Placeholder").map(port),
  };
}

function named(ports: JsonPorts): GraphPort[] {
  return ports.map(([name, { name: node, tensorShape: shape }]) => ({ name, node, ...(shape && { shape }) }));
}
