import type { TensorType, TypedArray } from "./tensor-type.ts";

/** A constant tensor: elements in row-major order. Float16 and bfloat16 are their bits, booleans are bytes 0 and 1. */
export interface TensorValue {
  readonly type: TensorType;
  readonly shape: readonly number[];
  /** Kept by reference until the model is serialized. */
  readonly data: TypedArray;
}

/** A constant tensor of strings. */
export interface StringTensorValue {
  readonly type: "string";
  readonly shape: readonly number[];
  readonly data: readonly string[];
}

/** Any constant tensor. */
export type AnyTensorValue = TensorValue | StringTensorValue;

/**
 * The value of a node's attribute, with its kind.
 *
 * Integers are 64-bit in the file; numbers of 2^63 and more are written as the largest, as in a slice "to the end".
 * Floats are 32-bit in the file.
 */
export type Attribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly string: string }
  | { readonly strings: readonly string[] }
  | { readonly tensor: AnyTensorValue }
  | { readonly tensors: readonly AnyTensorValue[] }
  | { readonly graph: OnnxGraph }
  | { readonly graphs: readonly OnnxGraph[] };

/** One operator. */
export interface OnnxNode {
  /** Operator, such as `Conv`. */
  readonly op: string;
  /** Operator set: empty for ONNX's own. */
  readonly domain: string;
  /** For people and profiles; nothing refers to it. */
  readonly name: string;
  /** Names of values; an empty name stands for an optional input that is left out. */
  readonly inputs: readonly string[];
  /** Names of values; an empty name stands for an optional output that nobody wants. */
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** An input or output of a graph. */
export interface ValueInfo {
  readonly name: string;
  readonly type: TensorType;
  /** A number is a fixed size, a string a symbolic one, an empty string an unknown one. Absent: rank unknown. */
  readonly shape?: readonly (number | string)[] | undefined;
}

/** A graph: nodes in an order in which every value is made before it is read. */
export interface OnnxGraph {
  readonly name: string;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly initializers: ReadonlyMap<string, AnyTensorValue>;
  readonly nodes: readonly OnnxNode[];
}

/** A whole model. */
export interface OnnxModel {
  /** Version of the file format. */
  readonly irVersion: number;
  /** Version of each operator set, by domain; the empty domain is ONNX's own. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly producer: string;
  readonly producerVersion: string;
  readonly docString: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly graph: OnnxGraph;
}

/** The key-value pairs that its maker stored in a model, as a copy of its own. */
export function modelMetadata(model: OnnxModel): Record<string, string> {
  return { ...model.metadata };
}
