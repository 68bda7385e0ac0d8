import { type Document, parseJson } from "@lookonce/documents";
import { LookonceError } from "@lookonce/errors";
import type { WeightEntry } from "./decode-weights.ts";
import type { TensorType } from "./graph.ts";

/** An attribute of a node: one of its keys has a value. */
export interface JsonAttribute {
  type?: TensorType | undefined;
  i?: number | undefined;
  f?: number | undefined;
  b?: boolean | undefined;
  s?: string | undefined;
  shape?: number[] | undefined;
  list?: { i?: number[] | undefined; s?: string[] | undefined } | undefined;
}

type Entries<T> = [key: string, value: T][];
export type JsonPorts = Entries<{ name: string; tensorShape?: number[] | undefined }>;

/** What this package reads of a `model.json`; shapes without a known rank are absent. */
export interface ModelJson {
  modelTopology: {
    node: { name: string; op: string; input?: string[] | undefined; attr?: Entries<JsonAttribute> | undefined }[];
  };
  weightsManifest: { paths: string[]; weights: WeightEntry[] }[];
  signature?: { inputs?: JsonPorts | undefined; outputs?: JsonPorts | undefined } | undefined;
  userDefinedMetadata?: Document | undefined;
}

/** Returns a value of a document as what it is expected to be; `at` is its place, for errors. */
type Reader<T> = (value: unknown, at: string) => T;

function scalar<T>(expected: string, read: (value: unknown) => T | undefined): Reader<T> {
  return (value, at) => read(value) ?? refuse(value, at, expected);
}

function refuse(value: unknown, at: string, expected: string): never {
  const kind = Array.isArray(value) ? "a list" : "a table";
  const shown = typeof value === "object" && value !== null ? kind : `${JSON.stringify(value) ?? "missing"}`;
  throw new LookonceError("FORMAT", `${at} is ${shown.slice(0, 40)}; expected ${expected}.`);
}

const table: Reader<Document> = (value, at) =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : refuse(value, at, "a table");

function listOf<T>(read: Reader<T>): Reader<T[]> {
  return (value, at) =>
    Array.isArray(value) ? value.map((one, i) => read(one, `${at}[${i}]`)) : refuse(value, at, "a list");
}

function tableOf<T>(read: Reader<T>): Reader<Entries<T>> {
  return (value, at) => Object.entries(table(value, at)).map(([key, one]) => [key, read(one, below(at, key))]);
}

/** Protobuf's JSON may leave out what has no value, or write `null`. */
function optional<T>(read: Reader<T>): Reader<T | undefined> {
  return (value, at) => (value === undefined || value === null ? undefined : read(value, at));
}

function record<T>(readers: { [K in keyof T]-?: Reader<T[K]> }): Reader<T> {
  return (value, at) => {
    const values = table(value, at);
    const read = Object.entries<Reader<unknown>>(readers).map(([key, one]) => [key, one(values[key], below(at, key))]);
    return Object.fromEntries(read) as T;
  };
}

function below(at: string, key: string): string {
  return `${at}${at.endsWith(" ") ? "" : "."}${key.slice(0, 80)}`;
}

const text = scalar("a text", (value) => (typeof value === "string" ? value : undefined));
const truth = scalar("true or false", (value) => (typeof value === "boolean" ? value : undefined));
/** 64-bit numbers, infinities and NaN are texts in protobuf's JSON. */
const float = scalar("a number", (value) => {
  if (typeof value === "number" || value === "NaN") return Number(value);
  return typeof value === "string" && value.trim() !== "" && !Number.isNaN(Number(value)) ? Number(value) : undefined;
});
const integer: Reader<number> = (value, at) => {
  const number = float(value, at);
  return Number.isSafeInteger(number) ? number : refuse(value, at, "a whole number");
};
const size: Reader<number> = (value, at) => {
  const number = integer(value, at);
  return number >= 0 ? number : refuse(value, at, "a size");
};
const base64 = scalar("a text in base 64", (value) => {
  try {
    return atob(value as string);
  } catch {
    return undefined;
  }
});
/** Base 64; older converters wrote the bytes. */
const bytes: Reader<string> = (value, at) =>
  new TextDecoder().decode(
    Array.isArray(value)
      ? Uint8Array.from(listOf(size)(value, at))
      : Uint8Array.from(base64(text(value, at), at), (letter) => letter.charCodeAt(0)),
  );

const types: ReadonlyMap<unknown, TensorType> = new Map<unknown, TensorType>([
  ["DT_FLOAT", "float32"],
  [1, "float32"],
  ["DT_HALF", "float16"],
  [19, "float16"],
  ["DT_INT32", "int32"],
  [3, "int32"],
  // tfjs has no 64-bit integers; shapes and axes fit in 32 bits
  ["DT_INT64", "int32"],
  [9, "int32"],
  ["DT_BOOL", "bool"],
  [10, "bool"],
]);
const type = scalar("a type of TensorFlow", (value) => {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  return types.get(value) ?? "float32";
});

const dims = record<{ dim?: { size?: number | undefined }[] | undefined; unknownRank?: boolean | undefined }>({
  dim: optional(listOf(record({ size: optional(integer) }))),
  unknownRank: optional(truth),
});
/** Sizes, −1 for any; `undefined` where even their number is unknown. */
const shape: Reader<number[] | undefined> = (value, at) => {
  const { dim = [], unknownRank } = dims(value, at);
  return unknownRank ? undefined : dim.map(({ size = 0 }) => size);
};

const attribute = record<JsonAttribute>({
  type: optional(type),
  i: optional(integer),
  f: optional(float),
  b: optional(truth),
  s: optional(bytes),
  shape: optional(shape),
  list: optional(record({ i: optional(listOf(integer)), s: optional(listOf(bytes)) })),
});

const ports = tableOf(record({ name: text, tensorShape: optional(shape) }));

const weight = record<WeightEntry>({
  name: text,
  shape: listOf(size),
  dtype: text,
  quantization: optional(record({ dtype: text, min: optional(float), scale: optional(float) })),
});

const modelJson = record<ModelJson>({
  modelTopology: record({
    node: listOf(record({ name: text, op: text, input: optional(listOf(text)), attr: optional(tableOf(attribute)) })),
  }),
  weightsManifest: listOf(record({ paths: listOf(text), weights: listOf(weight) })),
  signature: optional(record({ inputs: optional(ports), outputs: optional(ports) })),
  userDefinedMetadata: optional(table),
});

/** The largest `model.json` of detectors have 1 MB. */
const limits = { characters: 2 ** 24, values: 2 ** 24 };

/**
 * Reads the text of a `model.json`.
 *
 * @throws LookonceError `FORMAT`, with the key, where it is not what a graph model has; `UNSUPPORTED` for a layers model
 */
export function parseModelJson(text: string, path: string): ModelJson {
  const json = parseJson(text, { name: path, expected: "keys such as modelTopology and weightsManifest", limits });
  if (json.format === "layers-model") {
    throw new LookonceError("UNSUPPORTED", `${path} is a layers model of TensorFlow.js; only graph models can be run.`);
  }
  return modelJson(json, `${path} is not a graph model of TensorFlow.js: `);
}
