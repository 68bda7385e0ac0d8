import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join, normalize } from "node:path";
import { LookonceError } from "@lookonce/errors";
import { decodeWeights, type WeightEntry } from "./decode-weights.ts";
import {
  type GraphAttributeValue,
  type GraphConstant,
  type GraphPort,
  nodeOf,
  type OperationGraph,
  type OperationNode,
  type TensorType,
} from "./graph.ts";

interface JsonShape {
  dim?: { size?: string | number }[];
  unknownRank?: boolean;
}

interface JsonAttribute {
  type?: string | number;
  i?: string | number;
  f?: string | number;
  b?: boolean;
  s?: string | number[];
  shape?: JsonShape;
  list?: { i?: (string | number)[]; s?: (string | number[])[] };
}

type JsonPorts = Record<string, { name: string; tensorShape?: JsonShape }>;

interface ModelJson {
  format?: string;
  modelTopology: { node: { name: string; op: string; input?: string[]; attr?: Record<string, JsonAttribute> }[] };
  weightsManifest: { paths: string[]; weights: WeightEntry[] }[];
  signature?: { inputs?: JsonPorts; outputs?: JsonPorts };
  userDefinedMetadata?: Record<string, unknown>;
}

/**
 * Reads a graph model of TensorFlow.js: `model.json` and the files of weights that it names, in the same folder.
 *
 * @throws LookonceError `NOT_FOUND` when a file is missing, `FORMAT` when one is damaged, `UNSUPPORTED` for a layers model
 */
export async function readModelJson(path: string): Promise<OperationGraph> {
  const json = parse(await readBytes(path, "model"), path);
  const nodes = json.modelTopology.node.map(({ name, op, input = [], attr = {} }): OperationNode => {
    const read = Object.entries(attr).map(([key, value]) => [key, readAttribute(value)] as const);
    return { name, op, inputs: input, attributes: Object.fromEntries(read.filter(isKnown)) };
  });
  const constants = new Map<string, GraphConstant>();
  for (const { paths, weights } of json.weightsManifest) {
    const read = (part: string): Promise<Buffer> => readBytes(beside(path, part), `file of weights of ${path}:`);
    const parts = await Promise.all(paths.map(read));
    for (const [name, constant] of decodeWeights(Buffer.concat(parts), weights, path)) constants.set(name, constant);
  }
  return { nodes, constants, ...ports(json, nodes), metadata: json.userDefinedMetadata ?? {} };
}

async function readBytes(path: string, what: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new LookonceError("NOT_FOUND", `there is no ${what} ${path}.`, { cause });
    throw new LookonceError("IO", `cannot read the ${what} ${path}: ${message}`, { cause });
  }
}

function beside(path: string, part: string): string {
  // A model must not make us read files elsewhere
  if (isAbsolute(part) || normalize(part).startsWith("..")) {
    throw new LookonceError("UNSAFE", `${path} names the file of weights "${part}", which is not beside it.`);
  }
  return join(dirname(path), part);
}

function parse(bytes: Buffer, path: string): ModelJson {
  let json: Partial<ModelJson> | null;
  try {
    json = JSON.parse(bytes.toString("utf8")) as Partial<ModelJson> | null;
  } catch (cause) {
    throw new LookonceError("FORMAT", `${path}: ${(cause as Error).message}`, { cause });
  }
  if (json?.format === "layers-model") {
    throw new LookonceError("UNSUPPORTED", `${path} is a layers model of TensorFlow.js; only graph models can be run.`);
  }
  const isGraph = Array.isArray(json?.modelTopology?.node) && Array.isArray(json.weightsManifest);
  if (isGraph) return json as ModelJson;
  throw new LookonceError("FORMAT", `${path} is not a graph model of TensorFlow.js: it has no modelTopology.`);
}

type Attribute<T> = readonly [key: string, value: T];

function isKnown(one: Attribute<GraphAttributeValue | undefined>): one is Attribute<GraphAttributeValue> {
  return one[1] !== undefined;
}

/** Protobuf's JSON: 64-bit numbers are strings, strings are base 64. Other kinds of attributes do not matter here. */
function readAttribute(value: JsonAttribute): GraphAttributeValue | undefined {
  if (value.type !== undefined) return { type: types[value.type] ?? "float32" };
  if (value.i !== undefined) return { i: Number(value.i) };
  if (value.f !== undefined) return { f: Number(value.f) };
  if (value.b !== undefined) return { b: value.b };
  if (value.s !== undefined) return { s: readText(value.s) };
  if (value.shape !== undefined) return { shape: readShape(value.shape) ?? [] };
  if (value.list?.s !== undefined) return { strings: value.list.s.map(readText) };
  if (value.list !== undefined) return { ints: (value.list.i ?? []).map(Number) };
  return undefined;
}

const types: Readonly<Record<string, TensorType>> = {
  DT_FLOAT: "float32",
  1: "float32",
  DT_HALF: "float16",
  19: "float16",
  DT_INT32: "int32",
  3: "int32",
  // tfjs has no 64-bit integers; shapes and axes fit in 32 bits
  DT_INT64: "int32",
  9: "int32",
  DT_BOOL: "bool",
  10: "bool",
};

function readText(text: string | number[]): string {
  return Buffer.from(text as string, "base64").toString("utf8");
}

function readShape({ dim = [], unknownRank = false }: JsonShape): number[] | undefined {
  return unknownRank ? undefined : dim.map(({ size = 0 }) => Number(size));
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
  return Object.entries(ports).map(([name, { name: node, tensorShape }]) => {
    const shape = tensorShape === undefined ? undefined : readShape(tensorShape);
    return { name, node, ...(shape === undefined ? {} : { shape }) };
  });
}
