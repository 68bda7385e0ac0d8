/** Types of tensors in TensorFlow's graphs that detectors use. */
export type TensorType = "float32" | "float16" | "int32" | "bool";

/** Kinds of attributes. */
export interface AttributeKinds {
  type: TensorType;
  i: number;
  f: number;
  b: boolean;
  s: string;
  ints: readonly number[];
  strings: readonly string[];
  /** Sizes; −1 for any size. */
  shape: readonly number[];
}

/** A node's attribute: one of TensorFlow's kinds. */
export type GraphAttributeValue = { [K in keyof AttributeKinds]: Pick<AttributeKinds, K> }[keyof AttributeKinds];

/** An operation of TensorFlow. */
export interface OperationNode {
  /** Unique in its graph. */
  name: string;
  /** TensorFlow's name of the operation, such as `Conv2D`. */
  op: string;
  /** Names of the nodes that it reads; `name:1` for the second output of one. */
  inputs: readonly string[];
  attributes: Readonly<Record<string, GraphAttributeValue>>;
}

/** The value of a node `Const`; half precision is converted to single when it is read. */
export interface GraphConstant {
  dtype: "float32" | "int32" | "bool";
  shape: readonly number[];
  data: Float32Array | Int32Array | Uint8Array;
}

/** An input or output of a graph. */
export interface GraphPort {
  /** Its public name. */
  name: string;
  /** The node, with `:1` for a second output. */
  node: string;
  /** Sizes, −1 for any size; absent where the file has none. */
  shape?: readonly number[];
}

/** A graph of TensorFlow's operations: the contents of a `model.json` of TensorFlow.js or of a SavedModel. */
export interface OperationGraph {
  nodes: readonly OperationNode[];
  /** Values of the nodes `Const`, by name. */
  constants: ReadonlyMap<string, GraphConstant>;
  inputs: readonly GraphPort[];
  outputs: readonly GraphPort[];
  /** User-defined metadata, such as the names of classes. */
  metadata: Readonly<Record<string, unknown>>;
}

/** Returns the node's name of a reference such as `split:1`. */
export function nodeOf(reference: string): string {
  return reference.replace(/:\d+$/, "");
}
